import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { keptChars, StringPool } from './string-pool.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** A header of 16 KiB, as the parser of Node creates it. */
function header(number: number): string {
  return Buffer.from(`${number}, `.padEnd(16 * 1_024, 'x')).toString('latin1');
}

/** Returns the memory that results of `make` take, in bytes each. */
function bytesOfEach(make: (number: number) => string): number {
  const count = 1_000;
  collect();
  const before = process.memoryUsage().heapUsed;
  const kept = Array.from({ length: count }, (_, number) => make(number));
  collect();
  const bytes = process.memoryUsage().heapUsed - before;
  expect(kept).toHaveLength(count);
  return bytes / count;
}

test('texts are cut, and characters beyond ASCII survive the copy', () => {
  const pool = new StringPool();
  expect(pool.share('漢'.repeat(300), keptChars.userAgent)).toBe('漢'.repeat(256));
  expect(pool.share('Zoë', keptChars.user, true)).toBe('Zoë');
  expect(pool.share('é'.repeat(2_000), 1_000)).toBe('é'.repeat(1_000));
});

test('an absent or empty text is none', () => {
  const pool = new StringPool();
  expect([pool.shareIfAny(undefined, 10), pool.shareIfAny('', 10), pool.shareIfAny('a', 10)]).toEqual([
    undefined,
    undefined,
    'a',
  ]);
});

test('a header that was cut is not kept in memory', () => {
  const pool = new StringPool();
  expect(bytesOfEach((number) => pool.share(header(number), keptChars.origin))).toBeLessThan(2_000);
});

test('a header is not kept in memory because of one address in it', () => {
  const pool = new StringPool();
  const addressIn = (number: number): string => header(number).slice(0, 40);
  expect(bytesOfEach((number) => pool.share(addressIn(number), keptChars.address, true))).toBeLessThan(2_000);
  // Without the copy it would be.
  expect(bytesOfEach((number) => addressIn(number))).toBeGreaterThan(16_000);
});
