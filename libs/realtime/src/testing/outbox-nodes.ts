import type { Pool, PoolClient } from 'pg';
import { beforeAll, onTestFinished } from 'vitest';
import type { Bus } from '../bus/bus.ts';
import { createMemoryBus } from '../bus/memory-bus.ts';
import { PostgresHistory } from '../postgres/postgres-history.ts';
import { PostgresOutbox, type PostgresOutboxOptions } from '../postgres/postgres-outbox.ts';
import { createRoomTables } from '../postgres/schema.ts';
import { type Client, newKey, newNode } from './new-node.ts';

/** Longer than a test: with it, only notifications wake the outbox. */
const neverMs = 3_600_000;

export function startOutbox(pool: Pool, bus: Bus, options: Partial<PostgresOutboxOptions> = {}, headCheckMs = neverMs) {
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

/** A PostgreSQL server for tests. */
interface DatabaseServer {
  newDatabase(): Promise<Pool>;
  stop(): Promise<unknown>;
}

/** Starts a server for the tests of a file. Returns functions that create a database with rooms, and two nodes on a new one. */
export function newOutboxes<S extends DatabaseServer>(start: () => Promise<S>) {
  let server: S;
  beforeAll(async () => {
    server = await start();
    return async () => {
      await server.stop();
    };
  });

  async function newDatabase(...rooms: string[]): Promise<Pool> {
    const pool = await server.newDatabase();
    await createRoomTables(pool);
    for (const room of rooms) await pool.query('INSERT INTO usher.room_heads (room) VALUES ($1)', [room]);
    return pool;
  }

  /** Two nodes with a member of each room each. Neither reads the history to fill gaps: messages arrive over the bus only. */
  async function twoNodes(rooms: readonly string[], options: Partial<PostgresOutboxOptions> = {}) {
    const pool = await newDatabase(...rooms);
    const bus = createMemoryBus();
    const [here, there] = [startOutbox(pool, bus, options), startOutbox(pool, bus, options)];
    const [maggie, bart] = [here.connect('maggie'), there.connect('bart')];
    for (const room of rooms) {
      for (const client of [maggie, bart]) await client.request('join', { room });
    }
    return { pool, here, there, maggie, bart };
  }

  return { newDatabase, twoNodes, server: () => server };
}

const publishSql = 'SELECT usher_publish($1, $2, $3)';

export async function publish(
  database: Pool | PoolClient,
  room: string,
  text: string,
  key: string = newKey(),
): Promise<void> {
  await database.query(publishSql, [room, key, { text }]);
}

export async function inTransaction(
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

export const textsOf = (client: Client, room: string): unknown[] =>
  client
    .received('message')
    .filter((frame) => frame['room'] === room)
    .map((frame) => frame['text']);

export const until = (client: Client, text: string) =>
  client.waitFor((frame) => frame.type === 'message' && frame['text'] === text);

export const waiting = async (pool: Pool): Promise<unknown> =>
  (await pool.query('SELECT count(*)::int AS count FROM usher.outbox')).rows[0];
