import { once } from 'node:events';
import { PostgresServer } from '@usher/test-servers';
import { Pool } from 'pg';
import { describe, expect, test, vi } from 'vitest';
import { createMemoryBus } from '../bus/memory-bus.ts';
import { eventually } from '../testing/eventually.ts';
import { liveSeqs, newKey, newNode, range } from '../testing/new-node.ts';
import { PostgresHistory } from './postgres-history.ts';
import { inTransaction, newOutboxes, publish, startOutbox, textsOf, until, waiting } from '../testing/outbox-nodes.ts';

const { newDatabase, server, twoNodes } = newOutboxes(() => PostgresServer.start());

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
    startOutbox(pool, createMemoryBus(), { publish: delivered, listenPool: new Pool({ host: '/nonexistent' }) });
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
    const { outbox } = startOutbox(pool, bus, { publish: crashed });
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
    const { connect, log } = startOutbox(pool, createMemoryBus(), { listenPool: unusable, pollMs: 20 });
    const maggie = connect('maggie');
    await maggie.request('join', { room: 'general' });
    await publish(pool, 'general', 'paid');
    await until(maggie, 'paid');
    expect(log.lines).toContain('warn the connection that listens to the outbox was lost');
  });
});

test('after an outage of PostgreSQL the outbox continues without a restart', async () => {
  const { pool, maggie, here } = await twoNodes(['general'], { pollMs: 50 });
  await server().kill();
  await eventually(() => {
    expect(here.log.lines.join()).toContain('outbox');
  });
  await server().start();
  await publish(pool, 'general', 'paid');
  await until(maggie, 'paid');
});
