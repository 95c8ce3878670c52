import { randomUUID } from 'node:crypto';
import { PostgresServer } from '@usher/test-servers';
import type { Pool } from 'pg';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { historyContract } from '../testing.ts';
import { PostgresHistory } from './postgres-history.ts';
import { createRoomTables } from './schema.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await PostgresServer.start();
  return () => server.stop();
});

async function newHistory(...rooms: string[]): Promise<{ pool: Pool; history: PostgresHistory }> {
  const pool = await server.newDatabase();
  await createRoomTables(pool);
  for (const room of rooms) await createRoom(pool, room);
  return { pool, history: new PostgresHistory({ pool }) };
}

async function createRoom(pool: Pool, room: string): Promise<void> {
  await pool.query('INSERT INTO usher.room_heads (room) VALUES ($1)', [room]);
}

function entry(text: string): { user: string; key: string; text: string } {
  return { user: 'maggie', key: randomUUID(), text };
}

historyContract('PostgresHistory', async () => {
  const { pool, history } = await newHistory();
  return { history, createRoom: (room) => createRoom(pool, room) };
});

describe('two nodes on one database', () => {
  test('assign contiguous sequence numbers in the order of the commits', async () => {
    const { pool, history: here } = await newHistory('one', 'two');
    const there = new PostgresHistory({ pool });
    const appends = Array.from({ length: 400 }, (_, n) =>
      (n % 2 === 0 ? here : there).append(n % 3 === 0 ? 'two' : 'one', entry(String(n))),
    );
    await Promise.all(appends);
    for (const [room, count] of [
      ['one', 266],
      ['two', 134],
    ] as const) {
      const page = await here.read(room, { after: 0, limit: 1_000, bytes: 1_000_000 });
      expect(page.messages.map(({ seq }) => seq)).toEqual(Array.from({ length: count }, (_, n) => n + 1));
    }
  });

  test('store a message once when a client sends it to both at the same time', async () => {
    const { pool, history: here } = await newHistory('one');
    const there = new PostgresHistory({ pool });
    const message = entry('once');
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? here : there).append('one', message)),
    );
    expect(results.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(new Set(results.map(({ message: { seq } }) => seq))).toEqual(new Set([1]));
  });

  test('do not deadlock when their batches contain the same rooms in different orders', async () => {
    const rooms = Array.from({ length: 20 }, (_, n) => `room-${n}`);
    const { pool } = await newHistory(...rooms);
    const nodes = [new PostgresHistory({ pool, lanes: 1 }), new PostgresHistory({ pool, lanes: 1 })];
    const sent = nodes.flatMap((node, index) =>
      Array.from({ length: 10 }).flatMap(() =>
        (index === 0 ? rooms : rooms.toReversed()).map((room) => node.append(room, entry('text'))),
      ),
    );
    expect((await Promise.allSettled(sent)).filter(({ status }) => status === 'rejected')).toEqual([]);
  });

  test('create the tables at the same time', async () => {
    const pool = await server.newDatabase();
    await Promise.all(Array.from({ length: 6 }, () => createRoomTables(pool)));
    await createRoom(pool, 'one');
    expect((await new PostgresHistory({ pool }).append('one', entry('text'))).message.seq).toBe(1);
  });
});

test('an append that fails does not affect the others of its batch', async () => {
  const { history } = await newHistory('one');
  const results = await Promise.allSettled([
    history.append('one', entry('first')),
    history.append('elsewhere', entry('lost')),
    history.append('one', { ...entry('bad'), text: 'U+0000: \0' }),
    history.append('one', { ...entry('no such message'), edits: 99 }),
    history.append('one', entry('second')),
  ]);
  const outcomes = results.map((result) => {
    if (result.status === 'fulfilled') return result.value.message.seq;
    return result.reason instanceof Error ? result.reason.name : undefined;
  });
  expect(outcomes).toEqual([1, 'UnknownRoom', 'RequestError', 'RequestError', 2]);
});

test('appends that wait for a transaction share the next one', async () => {
  const commits: number[] = [];
  const { pool } = await newHistory('one');
  const history = new PostgresHistory({ pool, onCommit: (appends) => commits.push(appends) });
  await Promise.all(Array.from({ length: 300 }, (_, n) => history.append('one', entry(String(n)))));
  expect(commits.reduce((sum, appends) => sum + appends, 0)).toBe(300);
  expect(commits.length).toBeLessThanOrEqual(3);
});

test('rejects appends with rate_limited when too many wait', async () => {
  const { pool } = await newHistory('one');
  const history = new PostgresHistory({ pool, maxWaiting: 5 });
  const results = await Promise.allSettled(
    Array.from({ length: 10 }, (_, n) => history.append('one', entry(String(n)))),
  );
  const rejected = results.filter(({ status }) => status === 'rejected');
  expect(rejected).toHaveLength(5);
  for (const result of rejected) expect(result).toMatchObject({ reason: { code: 'rate_limited' } });
});

test('acknowledged messages survive a crash, and a repeated append after it is stored once', async () => {
  const own = await PostgresServer.start();
  onTestFinished(() => own.stop());
  const pool = await own.newDatabase();
  await createRoomTables(pool);
  await createRoom(pool, 'one');
  const history = new PostgresHistory({ pool });
  const acknowledged = entry('acknowledged');
  await history.append('one', acknowledged);
  const inFlight = Array.from({ length: 50 }, (_, n) => entry(String(n)));
  const results = inFlight.map((each) =>
    history.append('one', each).then(
      () => true,
      () => false,
    ),
  );
  await own.kill();
  await Promise.all(results);
  await expect(history.append('one', entry('while it is down'))).rejects.toThrow();
  await own.start();
  for (const each of [acknowledged, ...inFlight]) await history.append('one', each);
  const { messages } = await history.read('one', { after: 0, limit: 1_000, bytes: 1_000_000 });
  expect(messages.map(({ text }) => text).sort()).toEqual(['acknowledged', ...inFlight.map(({ text }) => text)].sort());
  expect(messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 51 }, (_, n) => n + 1));
}, 20_000);

test('a page is read with an index only', async () => {
  const { pool, history } = await newHistory('one');
  await pool.query(
    `INSERT INTO usher.messages (room, seq, sender, key, text, at)
     SELECT 'one', n, 'bart', n::text, 'text ' || n, n FROM generate_series(1, 50000) n`,
  );
  await pool.query(`UPDATE usher.room_heads SET seq = 50000`);
  await pool.query('ANALYZE usher.messages');
  const query = vi.spyOn(pool, 'query');
  const page = await history.read('one', { before: 25_000, limit: 50 });
  expect(page.messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_, n) => 24_950 + n));
  expect(page).toMatchObject({ seq: 50_000, more: true });
  const { text, values } = query.mock.calls[0]?.[0] as unknown as { readonly text: string; readonly values: unknown[] };
  const plan = await pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values);
  const steps = plan.rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(steps).toMatch(/Index Scan Backward using messages_pkey/);
  expect(steps).not.toContain('Seq Scan on messages');
});
