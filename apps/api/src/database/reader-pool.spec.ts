import { expect, onTestFinished, test } from 'vitest';
import { ReaderPool, type ReaderPoolOptions } from './reader-pool.ts';

function open(options: Partial<ReaderPoolOptions> = {}) {
  const warnings: string[] = [];
  const keep = (_fields: object, message: string): void => {
    warnings.push(message);
  };
  const log = { debug: keep, info: keep, warn: keep, error: keep };
  const worker = new URL('../testing/hanging-worker.ts', import.meta.url);
  const pool = new ReaderPool({ worker, workerData: undefined, log, ...options });
  onTestFinished(() => pool.close());
  return { pool, warnings };
}

const outcome = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    return await promise;
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

test('returns the result of the worker', async () => {
  const { pool } = open();
  expect(await pool.run('maggie', 'echo', { some: ['data'] })).toEqual({ some: ['data'] });
});

test('rejects a task that exceeds the deadline with store_unavailable and replaces its thread', async () => {
  const { pool, warnings } = open({ threads: 1, deadlineMs: 3_000 });
  const failed = pool.run('maggie', 'hang', 1);
  await expect(failed).rejects.toMatchObject({ code: 'store_unavailable', retryAfterMs: 5_000 });
  expect(warnings).toEqual(['a database read exceeded its deadline']);
  expect(await pool.run('maggie', 'echo', 'again')).toBe('again');
});

test('does not terminate the thread of another task when a waiting task exceeds the deadline', async () => {
  const { pool, warnings } = open({ threads: 1, deadlineMs: 3_000 });
  await pool.run('maggie', 'echo', 'warm');
  const running = outcome(pool.run('maggie', 'hang', 1));
  const waiting = pool.run('bart', 'echo', 'after');
  expect(await running).toBe('store_unavailable');
  expect([await outcome(waiting), warnings.length]).toEqual([expect.any(String), 1]);
});

test('runs one task per user at a time, merges identical waiting tasks, and rejects too many different ones', async () => {
  const { pool } = open({ waitingPerUser: 2 });
  const first = pool.run('maggie', 'echo', 0);
  const waiting = [1, 1, 2, 1].map((task) => pool.run('maggie', 'echo', task));
  expect(waiting[1]).toBe(waiting[0]);
  expect(waiting[3]).toBe(waiting[0]);
  await expect(pool.run('maggie', 'echo', 3)).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 1_000 });
  expect(await pool.run('bart', 'echo', 3)).toBe(3);
  expect(await Promise.all([first, ...waiting])).toEqual([0, 1, 1, 2, 1]);
  expect(await pool.run('maggie', 'echo', 3)).toBe(3);
});

test('rejects tasks above the overall limit', async () => {
  const { pool } = open({ maxTasks: 2 });
  const running = ['maggie', 'bart'].map((user) => pool.run(user, 'echo', user));
  await expect(pool.run('lisa', 'echo', 1)).rejects.toMatchObject({ code: 'at_capacity', retryAfterMs: 1_000 });
  await Promise.all(running);
  expect(await pool.run('lisa', 'echo', 1)).toBe(1);
});

test('rejects pending tasks when it is closed', async () => {
  const { pool } = open();
  await pool.run('bart', 'echo', 1);
  const running = outcome(pool.run('maggie', 'hang', 1));
  await pool.close();
  expect(await running).not.toBe('store_unavailable');
});
