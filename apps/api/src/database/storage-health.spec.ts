import { copyFileSync, renameSync, rmSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import Fastify from 'fastify';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { errors } from '../http/errors.ts';
import { healthRoutes } from '../http/monitoring-routes.ts';
import { openRooms } from '../testing/open-rooms.ts';
import { createReadiness } from './readiness.ts';
import { StorageLimits } from './storage-limits.ts';

/** A real database with a room, and `GET /health/ready`. */
async function open(bounds: { readonly freeBytes?: number } = {}) {
  const opened = await openRooms();
  const { database, commit, history } = opened;
  const { file, sqlite, health } = database;
  await opened.createUser('maggie');
  await opened.createRoom('general');
  const log = pino({ level: 'silent' });
  const options = { file, bytesPerUserAndDay: 0, databaseBytes: 0, freeBytes: 0, log, ...bounds };
  const limits = new StorageLimits(sqlite, options);
  const app = Fastify();
  onTestFinished(async () => {
    await app.close();
    if (sqlite.isOpen) limits.close();
  });
  const storageReady = createReadiness({ sqlite, commit, health, limits, probeEveryMs: 0 });
  await app.register(errors);
  await app.register(healthRoutes, { storageReady, draining: () => false });
  const ready = async () => {
    const response = await app.inject('/health/ready');
    return response.statusCode === 200 ? 200 : [response.statusCode, response.json<{ code: string }>().code];
  };
  const send = (text = 'hello') => history.append('general', { user: 'maggie', key: randomUUID(), text });
  return { ...opened, send, ready, limits };
}

/** Makes the database unable to grow, like a full disk. */
function fill({ database: { sqlite } }: Awaited<ReturnType<typeof open>>): void {
  const pages = Number(sqlite.prepare('PRAGMA page_count').get()?.['page_count']);
  sqlite.exec(`PRAGMA max_page_count = ${pages}`);
}

const long = 'long '.repeat(100_000);

describe('on a full disk', () => {
  test('rejects a send with storage_full and returns 503 from ready until there is space', async () => {
    const opened = await open();
    const { send, ready, database, history } = opened;
    expect(await ready()).toBe(200);
    fill(opened);
    await expect(send(long)).rejects.toMatchObject({ code: 'storage_full', retryAfterMs: 30_000 });
    expect(await ready()).toEqual([503, 'store_unavailable']);
    expect(await history.read('general', { limit: 1 })).toMatchObject({ seq: 0 });
    database.sqlite.exec('PRAGMA max_page_count = 1000000');
    expect(await ready()).toBe(200);
    expect((await send(long)).message.seq).toBe(1);
  });

  test('rejects a write of the query builder with storage_full and leaves no transaction open', async () => {
    const opened = await open();
    const { database, ready } = opened;
    fill(opened);
    const writing = database.kysely.transaction().execute(async (transaction) => {
      await transaction.updateTable('users').set({ roles: long }).execute();
    });
    await expect(writing).rejects.toMatchObject({ code: 'storage_full' });
    expect(database.sqlite.isTransaction).toBe(false);
    expect(await ready()).toEqual([503, 'store_unavailable']);
  });

  test('returns 503 from ready with less free space than required', async () => {
    const { ready, limits } = await open({ freeBytes: Number.MAX_SAFE_INTEGER });
    await limits.check();
    expect(await ready()).toEqual([503, 'store_unavailable']);
  });
});

describe.each(['', '-wal', '-shm'])('usher.db%s removed under a running server', (suffix) => {
  test('is detected before the next send is acknowledged, and ready returns 503 permanently', async () => {
    const { database, send, ready } = await open();
    await send();
    const path = `${database.file}${suffix}`;
    renameSync(path, `${path}.away`);
    await expect(send()).rejects.toMatchObject({ code: 'internal', retryAfterMs: 5_000 });
    expect(await ready()).toEqual([503, 'store_unavailable']);
    renameSync(`${path}.away`, path);
    await expect(send()).rejects.toMatchObject({ code: 'internal' });
    expect(await ready()).toEqual([503, 'store_unavailable']);
  });

  test('is detected by ready without a send, and by writes of the query builder', async () => {
    const { database, ready, createUser } = await open();
    rmSync(`${database.file}${suffix}`);
    await expect(createUser('bart')).rejects.toMatchObject({ code: 'internal' });
    expect(await ready()).toEqual([503, 'store_unavailable']);
  });
});

test('detects that the database file was replaced by a copy', async () => {
  const { database, send, ready } = await open();
  await send();
  copyFileSync(database.file, `${database.file}.copy`);
  renameSync(`${database.file}.copy`, database.file);
  expect(await ready()).toEqual([503, 'store_unavailable']);
  await expect(send()).rejects.toMatchObject({ code: 'internal' });
});

test('ignores errors of statements', async () => {
  const { database, ready, commit } = await open();
  const broken = commit.run(() => {
    database.sqlite.exec(`INSERT INTO rooms (name) VALUES ('incomplete')`);
  });
  await expect(broken).rejects.toThrow('NOT NULL');
  expect(await ready()).toBe(200);
});
