import type { Room } from '@usher/chat-api';
import { describe, expect, test } from 'vitest';
import { choicesFor } from './switch-choices.ts';

const room = (name: string, title: string, mine: boolean): Room => ({
  room: name,
  title,
  private: false,
  seq: 0,
  at: 0,
  unread: 0,
  read: 0,
  mentions: 0,
  isMember: mine,
  canManage: false,
});
const own = [room('general', 'General', true), room('random', 'Random', true), room('secret', 'Secret plans', true)];
const others = [room('cafe', 'Café Moe', false), room('skate', 'Skateboards', false)];

function names(typed: string, more: { recent?: readonly string[]; here?: string } = {}): string[] {
  return choicesFor(typed, { own, others, recent: [], ...more }).map((found) => found.room);
}

describe('while nothing is typed', () => {
  test('one’s own come first, as they stand, then the others', () => {
    expect(names('  ')).toEqual(['general', 'random', 'secret', 'cafe', 'skate']);
  });

  test('those that were looked at lately are on top, but for the one that is shown', () => {
    const recent = ['random', 'secret', 'general'];
    expect(names('', { recent, here: 'random' })).toEqual(['secret', 'general', 'random', 'cafe', 'skate']);
  });
});

describe('what is typed', () => {
  test('is found in title and name, by a few letters in their order, without regard to case and accents', () => {
    expect(names('sktb')).toEqual(['skate']);
    expect(names('GEN')[0]).toBe('general');
    expect(names('cafe')).toEqual(['cafe']);
    expect(names('plans')).toEqual(['secret']);
  });

  test('finds one’s own before others that fit as well', () => {
    expect(names('s')[0]).toBe('secret');
  });

  test('may fit nothing', () => {
    expect(names('zzz')).toEqual([]);
  });
});
