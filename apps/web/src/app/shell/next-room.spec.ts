import type { Room } from '@usher/chat-api';
import { expect, test } from 'vitest';
import { nextRoom } from './shortcuts.ts';

const rooms: Room[] = [0, 3, 0, 1].map((unread, index) => ({
  room: `r${index}`,
  title: '',
  private: false,
  seq: 0,
  at: 0,
  unread,
  read: 0,
  mentions: 0,
  isMember: true,
  canManage: false,
}));
const any = (): boolean => true;
const unread = (room: Room): boolean => room.unread > 0;

test('moves up and down the list and wraps at its ends', () => {
  expect(nextRoom(rooms, 'r1', 1, any)).toBe('r2');
  expect(nextRoom(rooms, 'r1', -1, any)).toBe('r0');
  expect(nextRoom(rooms, 'r3', 1, any)).toBe('r0');
  expect(nextRoom(rooms, 'r0', -1, any)).toBe('r3');
});

test('starts at an end when no room is open', () => {
  expect(nextRoom(rooms, undefined, 1, any)).toBe('r0');
  expect(nextRoom(rooms, undefined, -1, any)).toBe('r3');
});

test('skips rooms that do not match, and returns nothing if none matches', () => {
  expect(nextRoom(rooms, 'r1', 1, unread)).toBe('r3');
  expect(nextRoom(rooms, 'r3', 1, unread)).toBe('r1');
  expect(nextRoom(rooms.slice(0, 2), 'r1', 1, unread)).toBeUndefined();
  expect(nextRoom([], undefined, -1, any)).toBeUndefined();
});
