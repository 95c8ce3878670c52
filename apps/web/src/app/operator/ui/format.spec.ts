import { describe, expect, test } from 'vitest';
import { agoOf, isReceipt, msOf, queueOf, rateOf, receiptOf, spanOf, stampOf } from './format.ts';

describe('a receipt', () => {
  test.each(['K7Q-2MF', 'k7q-2mf', 'k7q2mf', ' K7Q 2MF ', 'k7q--2mf'])('is read from %j', (typed) => {
    expect(receiptOf(typed)).toBe('K7Q-2MF');
  });

  test('may contain letters that look like digits', () => {
    expect(receiptOf('oil-2mf')).toBe('011-2MF');
  });

  test.each(['', 'K7Q', 'K7Q-2M', 'K7Q-2MFX', 'K7Q-2M!', 'UUU-UUU'])('is not %j', (typed) => {
    expect(isReceipt(receiptOf(typed))).toBe(false);
  });
});

test('rates have one decimal below 100', () => {
  expect([0, 3.44, 99.94, 1_204.4].map(rateOf)).toEqual(['0', '3.4', '99.9', '1,204']);
});

test('durations have the unit that fits', () => {
  expect([undefined, 0.44, 12.4].map((ms) => msOf(ms))).toEqual(['–', '0.4 ms', '12 ms']);
  expect([0, 999, 1_000, 59_999, 60_000, 3_600_000, 12_300_000].map(spanOf)).toEqual([
    '0 ms',
    '999 ms',
    '1 s',
    '59 s',
    '1 min',
    '1 h 0 min',
    '3 h 25 min',
  ]);
});

test('queues are kilobytes, and megabytes from one on', () => {
  expect([0, 12_400, 1_000_000].map(queueOf)).toEqual(['0 kB', '12.4 kB', '1 MB']);
});

test('times of other days have a date', () => {
  const noon = new Date(2026, 10, 28, 12, 0, 0).getTime();
  expect(stampOf(noon, noon + 1_000)).toBe('12:00:00');
  expect(stampOf(noon, noon + 86_400_000)).toBe('Nov 28, 12:00:00');
});

test('elapsed time is in completed units, and the future counts as now', () => {
  expect(agoOf(1_000, 60_999)).toBe('59 sec. ago');
  expect(agoOf(1_000, 61_000)).toBe('1 min. ago');
  expect(agoOf(2_000, 1_000)).toBe('0 sec. ago');
});
