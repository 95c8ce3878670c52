import { expect, test } from 'vitest';
import { dayOf, sinceOf } from './times.ts';

const now = new Date(2026, 2, 1, 0, 30).getTime();

test.each([
  [new Date(2026, 2, 1, 0, 1), 'Today'],
  [new Date(2026, 1, 28, 23, 59), 'Yesterday'],
  [new Date(2026, 1, 28, 0, 0), 'Yesterday'],
])('%s is shown as %s', (at, text) => {
  expect(dayOf(at.getTime(), now)).toBe(text);
});

test('a day before yesterday shows the weekday, and a day of another year shows the year', () => {
  expect(dayOf(new Date(2026, 1, 27, 12).getTime(), now)).toMatch(/Friday/);
  expect(dayOf(new Date(2025, 1, 27, 12).getTime(), now)).toMatch(/2025/);
});

test('"since" is a time today and a short date on another day', () => {
  expect(sinceOf(new Date(2026, 2, 1, 0, 1).getTime(), now)).toMatch(/01/);
  expect(sinceOf(new Date(2026, 1, 27, 12).getTime(), now)).toMatch(/^(27 Feb|Feb 27)$/);
});
