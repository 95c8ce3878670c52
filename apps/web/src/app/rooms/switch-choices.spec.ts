import type { Room } from '@usher/chat-api';
import { describe, expect, test } from 'vitest';
import { choicesFor } from './switch-choices.ts';
import { roomFixture } from './testing/room-test-page.ts';

const room = (name: string, title: string, mine: boolean): Room => roomFixture(name, { title, isMember: mine });
const own = [room('general', 'General', true), room('random', 'Random', true), room('secret', 'Secret plans', true)];
const others = [room('cafe', 'Café Moe', false), room('skate', 'Skateboards', false)];

function names(typed: string, more: { recent?: readonly string[]; current?: string } = {}): string[] {
  return choicesFor(typed, { own, others, recent: [], ...more }).map((found) => found.room);
}

describe('an empty query', () => {
  test('lists own rooms first, in their order, then the others', () => {
    expect(names('  ')).toEqual(['general', 'random', 'secret', 'cafe', 'skate']);
  });

  test('lists recently visited rooms first, without the current one', () => {
    const recent = ['random', 'secret', 'general'];
    expect(names('', { recent, current: 'random' })).toEqual(['secret', 'general', 'random', 'cafe', 'skate']);
  });
});

describe('a query', () => {
  test('matches a subsequence of title or name, ignoring case and accents', () => {
    expect(names('sktb')).toEqual(['skate']);
    expect(names('GEN')[0]).toBe('general');
    expect(names('cafe')).toEqual(['cafe']);
    expect(names('plans')).toEqual(['secret']);
  });

  test('ranks own rooms before others that match equally well', () => {
    expect(names('s')[0]).toBe('secret');
  });

  test('may match no room', () => {
    expect(names('zzz')).toEqual([]);
  });
});
