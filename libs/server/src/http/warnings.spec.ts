import { expect, test } from 'vitest';
import { limitedWarnings } from './warnings.ts';

test('logs each key once per minute up to a limit, and reports the number of suppressed lines', () => {
  let now = 0;
  const lines: object[] = [];
  const warn = limitedWarnings({ warn: (fields: object) => lines.push(fields) }, { perMinute: 2, now: () => now });
  for (const key of ['a', 'a', 'b', 'c', 'd', 'a']) warn(key, { key }, 'text');
  expect(lines).toEqual([{ key: 'a' }, { key: 'b', suppressed: 1 }]);
  now = 60_000;
  warn('a', { key: 'a' }, 'text');
  expect(lines.slice(2)).toEqual([{ key: 'a', suppressed: 3 }]);
  warn('b', { key: 'b' }, 'text');
  expect(lines.slice(3)).toEqual([{ key: 'b' }]);
});
