import { once } from 'node:events';
import { PostgresServer } from '@usher/test-servers';
import { Pool, type PoolClient } from 'pg';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createMemoryBus } from '../bus/memory-bus.ts';
import type { Bus } from '../bus/bus.ts';
import { eventually } from '../testing/eventually.ts';
import { type Client, liveSeqs, newKey, newNode, range } from '../testing/new-node.ts';
import { PostgresHistory } from './postgres-history.ts';
import { PostgresOutbox, type PostgresOutboxOptions } from './postgres-outbox.ts';
import { createRoomTables } from './schema.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await PostgresServer.start();
  return () => server.stop();
});

/** Longer than a test: with it, only notifications wake the outbox. */
const neverMs = 3_600_000;

async function newDatabase(...rooms: string[]): Promise<Pool> {
  const pool = await server.newDatabase();
  await createRoomTables(pool);
  for (const room of rooms) await pool.query('INSERT INTO usher.room_heads (room) VALUES ($1)', [room]);
  return pool;
}

function start(pool: Pool, bus: Bus, options: Partial<PostgresOutboxOptions> = {}, headCheckMs = neverMs) {
  const history = new PostgresHistory({ pool });
  const node = newNode({ history, bus, gapTimeoutMs: neverMs, headCheckMs });
  const outbox = new PostgresOutbox({
    ...{ pool, history, pollMs: neverMs, log: node.log },
    publish: (appended, epoch) => {
      node.rooms.deliver(appended, epoch);
    },
    ...options,
  });
  onTestFinished(() => outbox.stop());
  return { ...node, history, outbox };
}

/** Two nodes with a member of each room each. Neither reads the history to fill gaps: messages arrive over the bus only. */
async function twoNodes(rooms: readonly string[], options: Partial<PostgresOutboxOptions> = {}) {
  const pool = await newDatabase(...rooms);
  const bus = createMemoryBus();
  const [here, there] = [start(pool, bus, options), start(pool, bus, options)];
  const [maggie, bart] = [here.connect('maggie'), there.connect('bart')];
  for (const room of rooms) {
    for (const client of [maggie, bart]) await client.request('join', { room });
  }
  return { pool, here, there, maggie, bart };
}

const publishSql = 'SELECT usher_publish($1, $2, $3)';

async function publish(database: Pool | PoolClient, room: string, text: string, key: string = newKey()): Promise<void> {
  await database.query(publishSql, [room, key, { text }]);
}

async function inTransaction(
  pool: Pool,
  work: (client: PoolClient) => Promise<void>,
  end: 'COMMIT' | 'ROLLBACK' = 'COMMIT',
): Promise<void> {
  const client = await pool.connect();
  await client.query('BEGIN');
  try {
    await work(client);
    await client.query(end);
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

const textsOf = (client: Client, room: string): unknown[] =>
  client
    .received('message')
    .filter((frame) => frame['room'] === room)
    .map((frame) => frame['text']);

const until = (client: Client, text: string) =>
  client.waitFor((frame) => frame.type === 'message' && frame['text'] === text);

const waiting = async (pool: Pool): Promise<unknown> =>
  (await pool.query('SELECT count(*)::int AS count FROM usher.outbox')).rows[0];

describe('a transaction that publishes', () => {
  test('delivers to the members on all nodes after its commit, and does not block the room before', async () => {
    const { pool, maggie, bart, here } = await twoNodes(['general']);
    await inTransaction(pool, async (client) => {
      await publish(client, 'general', 'paid');
      const sent = await maggie.request('send', { room: 'general', key: newKey(), text: 'meanwhile' });
      expect(sent).toMatchObject({ type: 'reply', data: { seq: 1 } });
    });
    expect(await until(maggie, 'paid')).toMatchObject({ seq: 2, from: 'system' });
    await until(bart, 'paid');
    expect([textsOf(maggie, 'general'), textsOf(bart, 'general')]).toEqual([
      ['meanwhile', 'paid'],
      ['meanwhile', 'paid'],
    ]);
    expect(await here.history.heads(['general'])).toMatchObject(new Map([['general', { seq: 2 }]]));
    expect(await waiting(pool)).toEqual({ count: 0 });
  });

  test('publishes nothing when it is rolled back', async () => {
    const { pool, maggie } = await twoNodes(['general']);
    await inTransaction(pool, (client) => publish(client, 'general', 'canceled'), 'ROLLBACK');
    await publish(pool, 'general', 'paid');
    expect(await until(maggie, 'paid')).toMatchObject({ seq: 1 });
    expect(textsOf(maggie, 'general')).toEqual(['paid']);
  });

  test('publishes a key once, even from concurrent transactions', async () => {
    const { pool, maggie, bart } = await twoNodes(['general']);
    await Promise.all(Array.from({ length: 20 }, () => publish(pool, 'general', 'paid', 'order 4711')));
    await until(maggie, 'paid');
    await publish(pool, 'general', 'paid again', 'order 4711');
    await publish(pool, 'general', 'last');
    await Promise.all([until(maggie, 'last'), until(bart, 'last')]);
    expect([textsOf(maggie, 'general'), textsOf(bart, 'general')]).toEqual([
      ['paid', 'last'],
      ['paid', 'last'],
    ]);
    expect(liveSeqs(bart)).toEqual([1, 2]);
  });

  test('sends as the user that it names', async () => {
    const { pool, maggie } = await twoNodes(['general']);
    await pool.query(`SELECT usher_publish('general', 'key', '{"text": "hello"}', sender => 'lisa')`);
    expect(await until(maggie, 'hello')).toMatchObject({ from: 'lisa' });
  });

  test.each<[string, unknown[], string, RegExp]>([
    ['an unknown room', ['elsewhere', 'key', { text: 'hello' }, 'system'], 'P0002', /no such room: 'elsewhere'/],
    ['no room', [null, 'key', { text: 'hello' }, 'system'], 'P0002', /no such room: NULL/],
    ['an empty key', ['general', '', { text: 'hello' }, 'system'], '22023', /invalid key: must have 1 to 200/],
    ['a long key', ['general', 'x'.repeat(201), { text: 'hello' }, 'system'], '22023', /invalid key/],
    ['an empty text', ['general', 'key', { text: '' }, 'system'], '22001', /must have 1 to 4000 characters, but has 0/],
    ['a long text', ['general', 'key', { text: '😀'.repeat(4_001) }, 'system'], '22001', /but has 4001/],
    ['no text', ['general', 'key', {}, 'system'], '22023', /invalid payload: must be an object with the string "text"/],
    ['a text that is a number', ['general', 'key', { text: 5 }, 'system'], '22023', /invalid payload/],
    ['another field', ['general', 'key', { text: 'hello', edits: 1 }, 'system'], '22023', /and nothing else/],
    ['a list', ['general', 'key', '["hello"]', 'system'], '22023', /invalid payload/],
    ['no payload', ['general', 'key', null, 'system'], '22023', /invalid payload/],
    ['wrong JSON', ['general', 'key', '{"text": hello}', 'system'], '22P02', /invalid input syntax for type json/],
    ['U+0000', ['general', 'key', '{"text": "a\\u0000b"}', 'system'], '22P05', /unsupported Unicode escape sequence/],
    ['a lone surrogate', ['general', 'key', '{"text": "\\ud800"}', 'system'], '22P02', /invalid input syntax/],
    ['an empty sender', ['general', 'key', { text: 'hello' }, ''], '22023', /invalid sender: must have 1 to 64/],
    ['a sender with a space', ['general', 'key', { text: 'hello' }, 'the shop'], '22023', /invalid sender/],
  ])('is aborted by %s, with the reason', async (_name, values, code, message) => {
    const pool = await newDatabase('general');
    const error: unknown = await pool
      .query('SELECT usher_publish($1, $2, $3, $4)', values)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as unknown });
    expect(await waiting(pool)).toEqual({ count: 0 });
  });

  test('needs only the right to execute the function', async () => {
    const { pool, maggie } = await twoNodes(['general']);
    await pool.query(`DROP ROLE IF EXISTS shop; CREATE ROLE shop`);
    const asShop = async (text: string): Promise<void> => {
      await inTransaction(pool, async (client) => {
        await client.query('SET LOCAL ROLE shop');
        await publish(client, 'general', text);
      });
    };
    await expect(asShop('denied')).rejects.toThrow(/permission denied for function usher_publish/);
    await pool.query('GRANT EXECUTE ON FUNCTION usher_publish TO shop');
    await asShop('granted');
    await until(maggie, 'granted');
    expect(textsOf(maggie, 'general')).toEqual(['granted']);
  });

  test('does not conflict with another one, even if both are SERIALIZABLE', async () => {
    const { pool, maggie } = await twoNodes(['general']);
    const clients = [await pool.connect(), await pool.connect()];
    for (const client of clients) await client.query('BEGIN ISOLATION LEVEL SERIALIZABLE');
    for (const client of clients) await publish(client, 'general', 'paid');
    for (const client of clients) await client.query('COMMIT');
    for (const client of clients) client.release();
    await eventually(() => {
      expect(liveSeqs(maggie)).toEqual([1, 2]);
    });
  });

  test('is aborted while the outbox is full', async () => {
    const pool = await newDatabase('general');
    // Fills the size from which the rows are counted.
    await pool.query(
      `INSERT INTO usher.outbox (room, sender, key, text)
       SELECT 'general', 'system', n::text, repeat('x', 1900) FROM generate_series(1, 35000) n`,
    );
    await publish(pool, 'general', 'fits');
    await pool.query('ALTER TABLE usher.outbox ALTER COLUMN id RESTART WITH 1000001');
    await publish(pool, 'general', 'last');
    await expect(publish(pool, 'general', 'one more')).rejects.toMatchObject({ code: '53400' });
  });
});

describe('two nodes that drain one outbox', () => {
  test('append 10,000 messages once, in their order and in bounded batches', async () => {
    const rooms = ['one', 'two', 'three'];
    const append = vi.spyOn(PostgresHistory.prototype, 'appendWithin');
    const { pool, here, maggie, bart } = await twoNodes(rooms);
    await pool.query(
      `SELECT usher_publish((ARRAY['one', 'two', 'three'])[1 + n % 3], n::text, jsonb_build_object('text', n::text))
       FROM generate_series(1, 10000) n`,
    );
    for (const client of [maggie, bart]) {
      await Promise.all(['9998', '9999', '10000'].map((last) => until(client, last)));
    }
    for (const [index, room] of rooms.entries()) {
      const expected = range(1, 10_000).filter((n) => n % 3 === index);
      for (const client of [maggie, bart]) expect(textsOf(client, room)).toEqual(expected.map(String));
      expect((await here.history.heads([room])).get(room)?.seq).toBe(expected.length);
    }
    const batches = append.mock.calls.map(([, entries]) => entries.length);
    expect(Math.max(...batches)).toBeLessThanOrEqual(500);
    expect(batches.reduce((sum, length) => sum + length, 0)).toBe(10_000);
    expect(await waiting(pool)).toEqual({ count: 0 });
  }, 30_000);

  test('keep the order of each transaction among concurrent ones and sends', async () => {
    const { pool, maggie, bart } = await twoNodes(['general']);
    const writers = range(1, 8).map(async (writer) => {
      for (const round of range(1, 5)) {
        await inTransaction(pool, async (client) => {
          for (const part of ['a', 'b', 'c']) await publish(client, 'general', `${writer} ${round}${part}`);
        });
      }
    });
    const sends = range(1, 40).map((n) =>
      (n % 2 === 0 ? maggie : bart).request('send', { room: 'general', key: newKey(), text: `sent ${n}` }),
    );
    await Promise.all([...writers, ...sends]);
    await eventually(() => {
      for (const client of [maggie, bart]) expect(liveSeqs(client)).toEqual(range(1, 160));
    });
    expect(textsOf(maggie, 'general')).toEqual(textsOf(bart, 'general'));
    for (const writer of range(1, 8)) {
      const own = textsOf(bart, 'general').filter((text) => String(text).startsWith(`${writer} `));
      expect(own).toEqual([...own].sort());
      expect(own).toHaveLength(15);
    }
  });

  test('deliver a message once when its node crashes between the append and the commit', async () => {
    const { pool, here, there, maggie, bart } = await twoNodes(['general']);
    // Ends the connection of the first transaction that has appended messages.
    await pool.query(`
      CREATE SEQUENCE crashes;
      CREATE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('crashes') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
        RETURN OLD;
      END $$;
      CREATE TRIGGER crash BEFORE DELETE ON usher.outbox FOR EACH ROW EXECUTE FUNCTION crash();`);
    await publish(pool, 'general', 'first');
    await publish(pool, 'general', 'second');
    await Promise.all([until(maggie, 'second'), until(bart, 'second')]);
    expect([liveSeqs(maggie), liveSeqs(bart)]).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect((await here.history.heads(['general'])).get('general')?.seq).toBe(2);
    expect([...here.log.lines, ...there.log.lines]).toContain('error messages of the outbox could not be appended');
  });

  test('take over a room whose node stopped while it drained, without a notification', async () => {
    const pool = await newDatabase('general');
    const crashing = await pool.connect();
    await crashing.query('BEGIN');
    await crashing.query("SELECT pg_advisory_xact_lock(7697257, hashtext('general'))");
    await publish(pool, 'general', 'paid');
    const delivered = vi.fn();
    const looked = once(pool, 'release');
    // No server has this socket, so that no notification arrives.
    start(pool, createMemoryBus(), { publish: delivered, listenPool: new Pool({ host: '/nonexistent' }) });
    await looked;
    crashing.release(new Error('crashed'));
    await eventually(() => {
      expect(delivered).toHaveBeenCalledTimes(1);
    });
  });

  test('deliver a message when its node crashes between the commit and the publish', async () => {
    const pool = await newDatabase('general');
    const bus = createMemoryBus();
    const crashed = vi.fn();
    const { outbox } = start(pool, bus, { publish: crashed });
    const node = newNode({ history: new PostgresHistory({ pool }), bus, gapTimeoutMs: 1, headCheckMs: 20 });
    const bart = node.connect('bart');
    await bart.request('join', { room: 'general' });
    await publish(pool, 'general', 'paid');
    await eventually(() => {
      expect(crashed).toHaveBeenCalled();
    });
    await outbox.stop();
    expect(await until(bart, 'paid')).toMatchObject({ seq: 1 });
    expect(await waiting(pool)).toEqual({ count: 0 });
  });
});

describe('a message that cannot be appended', () => {
  test('is moved to the failures when its room was deleted, of which the newest 1,000 are kept', async () => {
    const { pool, maggie, here, there } = await twoNodes(['general', 'gone']);
    await inTransaction(pool, async (client) => {
      await client.query(`SELECT usher_publish('gone', n::text, '{"text": "late"}') FROM generate_series(1, 1010) n`);
      await publish(client, 'general', 'delivered');
      await client.query(`DELETE FROM usher.room_heads WHERE room = 'gone'`);
    });
    expect(await until(maggie, 'delivered')).toMatchObject({ seq: 1 });
    await eventually(async () => {
      expect(await waiting(pool)).toEqual({ count: 0 });
    });
    const { rows } = await pool.query('SELECT key, reason FROM usher.outbox_failures ORDER BY id');
    expect(rows).toHaveLength(1_000);
    expect(rows[0]).toEqual({ key: '11', reason: 'no such room: gone' });
    expect([...here.log.lines, ...there.log.lines]).toContain(
      'error messages of the outbox cannot be appended and were moved to usher.outbox_failures',
    );
  });

  test('is moved to the failures when PostgreSQL rejects it, and does not block the others', async () => {
    const { pool, maggie } = await twoNodes(['general']);
    await pool.query(`ALTER TABLE usher.messages ADD CONSTRAINT polite CHECK (text <> 'rude')`);
    await inTransaction(pool, async (client) => {
      for (const text of ['first', 'rude', 'second', 'third']) await publish(client, 'general', text);
    });
    await until(maggie, 'third');
    expect(textsOf(maggie, 'general')).toEqual(['first', 'second', 'third']);
    expect(liveSeqs(maggie)).toEqual([1, 2, 3]);
    const { rows } = await pool.query('SELECT text, reason FROM usher.outbox_failures');
    expect(rows).toEqual([{ text: 'rude', reason: expect.stringContaining('violates check constraint') as unknown }]);
  });
});

describe('the connection that listens', () => {
  const listeners = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN usher_outbox'`;

  test('is opened again after it was lost', async () => {
    const { pool, maggie, here } = await twoNodes(['general']);
    const pids = async () => (await pool.query<{ pid: number }>(listeners)).rows.map(({ pid }) => pid);
    await eventually(async () => {
      expect(await pids()).toHaveLength(2);
    });
    await pool.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) pid', [await pids()]);
    await eventually(() => {
      expect(here.log.lines).toContain('info listening to the outbox again');
    });
    await publish(pool, 'general', 'paid');
    await until(maggie, 'paid');
  });

  test('is not necessary: the outbox is also polled', async () => {
    const pool = await newDatabase('general');
    const unusable = new Pool({ host: '127.0.0.1', port: 1 });
    const { connect, log } = start(pool, createMemoryBus(), { listenPool: unusable, pollMs: 20 });
    const maggie = connect('maggie');
    await maggie.request('join', { room: 'general' });
    await publish(pool, 'general', 'paid');
    await until(maggie, 'paid');
    expect(log.lines).toContain('warn the connection that listens to the outbox was lost');
  });
});

test('messages that were published before the start are delivered', async () => {
  const pool = await newDatabase('general');
  await publish(pool, 'general', 'paid');
  const { history } = start(pool, createMemoryBus());
  await eventually(async () => {
    expect((await history.heads(['general'])).get('general')?.seq).toBe(1);
  });
});

test('after an outage of PostgreSQL the outbox continues without a restart', async () => {
  const { pool, maggie, here } = await twoNodes(['general'], { pollMs: 50 });
  await server.kill();
  await eventually(() => {
    expect(here.log.lines.join()).toContain('outbox');
  });
  await server.start();
  await publish(pool, 'general', 'paid');
  await until(maggie, 'paid');
});
