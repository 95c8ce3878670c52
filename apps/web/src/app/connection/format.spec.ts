import { describe, expect, test } from 'vitest';
import { durationOf, elapsed, milliseconds, sparkline } from './format.ts';

describe('formatting', () => {
  test.each([
    [-5_000, '0:00'],
    [999, '0:00'],
    [65_000, '1:05'],
    [1_745_000, '29:05'],
    [3_725_000, '1:02:05'],
  ])('%d ms is shown as %s', (ms, text) => {
    expect(durationOf(ms)).toBe(text);
  });

  test.each([
    [3.21, '3.2 ms'],
    [48.4, '48 ms'],
    [3_566, '3.6 s'],
    [20_356, '20 s'],
    [720_000, '12 min'],
  ])('%d ms is rounded to %s', (span, text) => {
    expect(milliseconds(span)).toBe(text);
  });

  test.each([
    [-1, '0 s'],
    [12_900, '12 s'],
    [119_999, '119 s'],
    [125_000, '2 min'],
    [7_200_000, '2 h'],
  ])('%d ms of uptime is shown as %s', (span, text) => {
    expect(elapsed(span)).toBe(text);
  });

  test('a sparkline ends at the right edge, starts its scale at zero and keeps its position while it fills', () => {
    expect(sparkline([], 5, 100, 10)).toBe('');
    expect(sparkline([5, 10], 5, 100, 10)).toBe('M75.0 5.0L100.0 0.0');
    expect(sparkline([0, 0], 2, 100, 10)).toBe('M0.0 10.0L100.0 10.0');
  });
});
