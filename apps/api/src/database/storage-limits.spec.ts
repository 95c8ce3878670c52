import { RequestError } from '@usher/realtime';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from './sqlite.ts';
import { tempFolder } from '../testing/per-test.ts';
import { StorageLimits, type StorageLimitsOptions } from './storage-limits.ts';

async function open(options: Partial<StorageLimitsOptions> = {}, folder = tempFolder()) {
  const database = await openDatabase(folder);
  const lines: string[] = [];
  const keep = (_fields: object, message: string): void => {
    lines.push(message);
  };
  const log = { debug: keep, info: keep, warn: keep, error: keep };
  const bounds = { file: database.file, bytesPerUserAndDay: 1_000, databaseBytes: 0, freeBytes: 0, log };
  const limits = new StorageLimits(database.sqlite, { ...bounds, ...options });
  const close = (): void => {
    limits.close();
    database.close();
  };
  onTestFinished(() => {
    if (database.sqlite.isOpen) close();
  });
  const spend = (user: string, bytes: number, committed = true) => {
    const refusal = limits.spend(user, bytes);
    limits.settled(committed);
    return refusal === undefined ? 'stored' : [refusal.code, refusal.retryAfterMs];
  };
  return { database, limits, spend, lines, close };
}

const dayMs = 86_400_000;

test('limits the bytes of one user in 24 hours and does not affect others', async () => {
  let now = 1_000;
  const { spend } = await open({ now: () => now });
  expect(spend('maggie', 600)).toBe('stored');
  now += 5_000;
  expect(spend('maggie', 401)).toEqual(['quota_exceeded', dayMs - 5_000]);
  expect(spend('maggie', 400)).toBe('stored');
  expect(spend('maggie', 1)).toEqual(['quota_exceeded', dayMs - 5_000]);
  expect(spend('bart', 1_000)).toBe('stored');
  now += dayMs - 5_001;
  expect(spend('maggie', 1)).toEqual(['quota_exceeded', 1]);
  now += 1;
  expect(spend('maggie', 1_000)).toBe('stored');
});

test('does not extend the period when the clock is set back', async () => {
  let now = 10 * dayMs;
  const { spend } = await open({ now: () => now });
  spend('maggie', 1_000);
  now -= 5 * dayMs;
  expect(spend('maggie', 1)).toEqual(['quota_exceeded', dayMs]);
});

test('does not count rolled back writes', async () => {
  const { spend } = await open();
  expect(spend('maggie', 900, false)).toBe('stored');
  expect(spend('maggie', 900)).toBe('stored');
  expect(spend('maggie', 101)).toMatchObject(['quota_exceeded', expect.any(Number)]);
});

test('keeps counters across a restart', async () => {
  const folder = tempFolder();
  const first = await open({}, folder);
  first.spend('maggie', 3);
  first.spend('bart', 1_000);
  first.close();
  const second = await open({}, folder);
  expect(second.spend('maggie', 998)).toMatchObject(['quota_exceeded', expect.any(Number)]);
  expect(second.spend('maggie', 997)).toBe('stored');
  expect(second.spend('bart', 1)).toMatchObject(['quota_exceeded', expect.any(Number)]);
});

test('loses at most 1 % of the limit when the process is killed', async () => {
  const folder = tempFolder();
  const first = await open({}, folder);
  for (let bytes = 0; bytes < 500; bytes += 3) first.spend('maggie', 3);
  first.database.close();
  const second = await open({}, folder);
  expect(second.spend('maggie', 1_000 - 500 + 10)).toMatchObject(['quota_exceeded', expect.any(Number)]);
});

test('closes without an error on a full disk', async () => {
  const { database, spend, close, lines } = await open();
  spend('maggie', 3);
  database.sqlite.exec(`CREATE TRIGGER full BEFORE INSERT ON stored_bytes BEGIN SELECT RAISE(ROLLBACK, 'full'); END`);
  close();
  expect(lines).toEqual(['the bytes that users stored could not be written']);
});

test('rejects writes at the maximum database size and logs that once', async () => {
  const { limits, spend, lines } = await open({ databaseBytes: 1_000, bytesPerUserAndDay: 0 });
  expect(spend('maggie', 1)).toBe('stored');
  await limits.check();
  await limits.check();
  expect(spend('maggie', 1)).toEqual(['storage_full', 60_000]);
  expect(() => {
    limits.charge('maggie', 1);
  }).toThrow(RequestError);
  expect(lines).toEqual([
    'messages are rejected: the database has reached MAX_DATABASE_MB. Free disk space or raise the limit',
  ]);
});

test('rejects writes with too little free disk space', async () => {
  const { limits, spend } = await open({ freeBytes: Number.MAX_SAFE_INTEGER });
  await limits.check();
  expect(spend('maggie', 1)).toEqual(['storage_full', 60_000]);
});
