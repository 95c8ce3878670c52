// cspell:ignore HJKMNP ABCDEFGHJKMNPQRSTVWXYZ
import { expect, test } from 'vitest';
import { newReceipt, parseReceipt } from './new-receipt.ts';

test('creates receipts in their documented form, each a new one', () => {
  const receipts = Array.from({ length: 1_000 }, newReceipt);
  for (const receipt of receipts) expect(receipt).toMatch(/^[0-9A-HJKMNP-TV-Z]{3}-[0-9A-HJKMNP-TV-Z]{3}$/);
  // Two of 1,000 are equal with a probability of 1 in 2,150, three of them practically never.
  expect(new Set(receipts).size).toBeGreaterThan(997);
});

test('uses every digit at every position', () => {
  const receipts = Array.from({ length: 2_000 }, newReceipt);
  for (const position of [0, 1, 2, 4, 5, 6]) {
    expect(new Set(receipts.map((receipt) => receipt[position])).size).toBe(32);
  }
});

test.each([
  ['K7Q-2MF', 'K7Q-2MF'],
  ['k7q2mf', 'K7Q-2MF'],
  [' k7q 2mf ', 'K7Q-2MF'],
  ['oil-OIL', '011-011'],
])('reads %j as %s', (typed, receipt) => {
  expect(parseReceipt(typed)).toBe(receipt);
});

test.each(['', 'K7Q-2M', 'K7Q-2MFX', 'K7Q-2MU', 'K7Q/2MF'])('rejects %j', (typed) => {
  expect(parseReceipt(typed)).toBeUndefined();
});
