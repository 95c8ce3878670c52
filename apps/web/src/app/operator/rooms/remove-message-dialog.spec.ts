import { expect, test } from 'vitest';
import { messageNumberOf } from './remove-message-dialog.ts';

test.each([
  ['42', 42],
  ['#42', 42],
  [' https://chat.example.org/rooms/general?at=42 ', 42],
])('reads the number from %j', (typed, seq) => {
  expect(messageNumberOf(typed)).toBe(seq);
});

test.each(['', '0', '-1', '4.2', 'general', 'https://chat.example.org/rooms/42', '9'.repeat(16)])(
  'finds no number in %j',
  (typed) => {
    expect(messageNumberOf(typed)).toBeUndefined();
  },
);
