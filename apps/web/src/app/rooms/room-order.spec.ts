import type { Room } from '@usher/chat-api';
import { expect, test } from 'vitest';
import { inOrderOf, withPinned } from './room-list.ts';
import { roomFixture } from './testing/room-test-page.ts';

const room = (name: string): Room => roomFixture(name, { title: name });
const names = (rooms: readonly Room[]): string => rooms.map(({ room: name }) => name).join(' ');

test('rooms keep their places, and new rooms are added below', () => {
  const before = ['a', 'b', 'c'].map(room);
  expect(names(inOrderOf(before, ['new', 'c', 'a'].map(room)))).toBe('a c new');
});

test('the result contains the current rooms, not the previous ones', () => {
  const now = { ...room('a'), unread: 3 };
  expect(inOrderOf([room('a')], [now])).toEqual([now]);
});

test('a pinned room keeps its place while the others follow their activity', () => {
  const before = ['a', 'b', 'c', 'd'].map(room);
  expect(names(withPinned(before, ['d', 'a', 'b', 'c'].map(room), 'c'))).toBe('d a c b');
  expect(names(withPinned(before, ['d', 'a'].map(room), 'c'))).toBe('d a');
  expect(names(withPinned(before, ['new', 'a'].map(room), 'new'))).toBe('new a');
});
