import { expect, test } from 'vitest';
import { hashSlot } from './hash-slot.ts';

// The replies of a real server.
test.each([
  ['123456789', 12_739],
  ['foo', 12_182],
  ['{user1000}.following', hashSlot('user1000')],
  ['foo{}{bar}', 8_363],
  ['foo{{bar}}zap', hashSlot('{bar')],
  ['', 0],
])('the slot of %j is %i', (key, slot) => {
  expect(hashSlot(key)).toBe(slot);
});
