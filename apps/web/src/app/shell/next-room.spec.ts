import type { Room } from '@usher/chat-api';
import { expect, test } from 'vitest';
import { nextRoom } from './next-room.ts';

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

test('leads up and down the list, and around its ends', () => {
  expect(nextRoom(rooms, 'r1', 1, any)).toBe('r2');
  expect(nextRoom(rooms, 'r1', -1, any)).toBe('r0');
  expect(nextRoom(rooms, 'r3', 1, any)).toBe('r0');
  expect(nextRoom(rooms, 'r0', -1, any)).toBe('r3');
});

test('begins at an end where no room is shown', () => {
  expect(nextRoom(rooms, undefined, 1, any)).toBe('r0');
  expect(nextRoom(rooms, undefined, -1, any)).toBe('r3');
});

test('leaves out what is not wanted, and leads nowhere where nothing is', () => {
  expect(nextRoom(rooms, 'r1', 1, unread)).toBe('r3');
  expect(nextRoom(rooms, 'r3', 1, unread)).toBe('r1');
  expect(nextRoom(rooms.slice(0, 2), 'r1', 1, unread)).toBeUndefined();
  expect(nextRoom([], undefined, -1, any)).toBeUndefined();
});
