import { expect, it } from 'vitest';
import { measured, ratio } from './numbers.ts';

it.each([
  [1_234_567, '1,230,000'],
  [1_000, '1,000'],
  [999.9, '1,000'],
  [999, '999'],
  [12.345, '12.3'],
  [0.01234, '0.0123'],
  [0, '0.00'],
])('%d is shown as %s', (value, text) => {
  expect(measured(value)).toBe(text);
});

it('shows ratios with two decimals, and large ones with none', () => {
  expect([ratio(0.954), ratio(12), ratio(120.4)]).toEqual(['0.95', '12.00', '120']);
});
