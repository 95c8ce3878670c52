import { expect, test } from 'vitest';
import { untilComplete } from './progress.ts';

test('waits as long as there is progress', async () => {
  let left = 20;
  await untilComplete(() => left--, 'messages are missing', 60_000);
  expect(left).toBeLessThan(0);
});

test('rejects with the missing count if there is no progress', async () => {
  await expect(untilComplete(() => 3, 'messages are missing', 10)).rejects.toThrow('3 messages are missing');
});
