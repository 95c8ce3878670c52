import { TestBed } from '@angular/core/testing';
import type { RoomSnapshot } from '@usher/client/rooms';
import { beforeEach, describe, expect, test } from 'vitest';
import { Session } from '../session/session.ts';
import { type KeptRoom, RoomCache } from './room-cache.ts';

type State =
  { readonly name: 'signed_in'; readonly user: string; readonly session: string } | { readonly name: 'signed_out' };

const maggie: State = { name: 'signed_in', user: 'maggie', session: '1' };
let state: State;

/** The cache of a page that was just loaded. */
function cacheOf(identity: State): RoomCache {
  state = identity;
  TestBed.resetTestingModule();
  TestBed.configureTestingModule({ providers: [RoomCache, { provide: Session, useValue: { state: () => state } }] });
  return TestBed.inject(RoomCache);
}

function snapshotOf(...texts: string[]): RoomSnapshot {
  const messages = texts.map((text, index) => ({
    seq: index + 1,
    id: `id ${index + 1}`,
    from: 'bart',
    text,
    at: index,
  }));
  return { epoch: 'e', after: 0, seq: texts.length, messages };
}

/** Maggie leaves the page; her current room is General. Returns what is kept. */
function leave(cache: RoomCache, room: KeptRoom): string | null {
  cache.keepOnLeave(() => ['general', room]);
  window.dispatchEvent(new Event('pagehide'));
  return sessionStorage.getItem('usher.room');
}

const room: KeptRoom = { snapshot: snapshotOf('one', 'two'), place: { seq: 2, offset: 10 } };

describe('the messages of the current room', () => {
  beforeEach(() => {
    sessionStorage.clear();
  });

  test('are kept when the page is left, and returned once by the next page load', () => {
    leave(cacheOf(maggie), room);
    // The next page load does not destroy the services of the previous one.
    const text = sessionStorage.getItem('usher.room') ?? '';
    TestBed.resetTestingModule();
    sessionStorage.setItem('usher.room', text);
    const cache = cacheOf(maggie);
    expect(sessionStorage.getItem('usher.room')).toBeNull();
    expect(cache.take('general')).toEqual(room);
    expect(cache.take('general')).toBeUndefined();
  });

  test('are returned for their room only', () => {
    const text = leave(cacheOf(maggie), room) ?? '';
    TestBed.resetTestingModule();
    sessionStorage.setItem('usher.room', text);
    const cache = cacheOf(maggie);
    expect(cache.take('random')).toBeUndefined();
    expect(cache.take('general')).toBeUndefined();
  });

  test.each<[string, State]>([
    ['another user', { name: 'signed_in', user: 'bart', session: '1' }],
    ['another session of the same user', { name: 'signed_in', user: 'maggie', session: '2' }],
    ['a signed-out browser', { name: 'signed_out' }],
  ])('are deleted when the page is loaded for %s', (_, identity) => {
    const text = leave(cacheOf(maggie), room) ?? '';
    TestBed.resetTestingModule();
    sessionStorage.setItem('usher.room', text);
    expect(cacheOf(identity).take('general')).toBeUndefined();
    expect(sessionStorage.getItem('usher.room')).toBeNull();
  });

  test('are not kept if the session changed before the page was left', () => {
    const cache = cacheOf(maggie);
    state = { name: 'signed_out' };
    expect(leave(cache, room)).toBeNull();
  });

  test('are deleted when the signed-in part of the app is destroyed', () => {
    expect(leave(cacheOf(maggie), room)).not.toBeNull();
    TestBed.resetTestingModule();
    expect(sessionStorage.getItem('usher.room')).toBeNull();
    window.dispatchEvent(new Event('pagehide'));
    expect(sessionStorage.getItem('usher.room')).toBeNull();
  });

  test('are deleted when the browser shows the page again without loading it', () => {
    expect(leave(cacheOf(maggie), room)).not.toBeNull();
    window.dispatchEvent(new Event('pageshow'));
    expect(sessionStorage.getItem('usher.room')).toBeNull();
  });

  test('are limited to 100,000 characters: the oldest are dropped', () => {
    const long = 'x'.repeat(4_000);
    const snapshot = snapshotOf(...Array.from({ length: 40 }, () => long));
    const text = leave(cacheOf(maggie), { snapshot, place: 'end' }) ?? '';
    const { room: kept } = JSON.parse(text) as { readonly room: KeptRoom };
    expect(kept.snapshot.messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 25 }, (_, n) => n + 16));
    expect(kept.snapshot).toMatchObject({ after: 15, seq: 40 });
  });

  test.each([
    'nonsense',
    'null',
    '{}',
    JSON.stringify({ owner: '["maggie","1"]', name: 'general', room: null }),
    JSON.stringify({
      owner: '["maggie","1"]',
      name: 'general',
      room: { snapshot: snapshotOf('one'), place: 'middle' },
    }),
    JSON.stringify({
      owner: '["maggie","1"]',
      name: 'general',
      room: { snapshot: { ...snapshotOf('one', 'two'), seq: 1 }, place: 'end' },
    }),
    JSON.stringify({
      owner: '["maggie","1"]',
      name: 'general',
      room: { snapshot: { ...snapshotOf('one'), messages: [{ seq: 1, text: 5 }] }, place: 'end' },
    }),
  ])('are ignored if the storage contains something else: %s', (text) => {
    sessionStorage.setItem('usher.room', text);
    expect(cacheOf(maggie).take('general')).toBeUndefined();
  });
});
