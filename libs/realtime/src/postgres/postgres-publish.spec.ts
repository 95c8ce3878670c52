import { PostgresServer } from '@usher/test-servers';
import type { Pool } from 'pg';
import { beforeAll, expect, test } from 'vitest';
import { createMemoryBus } from '../bus/memory-bus.ts';
import { newBoard } from '../testing/new-board.ts';
import { newNode } from '../testing/new-node.ts';
import { PostgresHistory } from './postgres-history.ts';
import { createRoomTables } from './schema.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await PostgresServer.start();
  return () => server.stop();
});

async function newDatabase(room: string): Promise<Pool> {
  const pool = await server.newDatabase();
  await createRoomTables(pool);
  await pool.query('INSERT INTO usher.room_heads (room) VALUES ($1)', [room]);
  return pool;
}

test('publishes a text once by key on two nodes with PostgreSQL', async () => {
  const pool = await newDatabase('orders');
  const bus = createMemoryBus();
  const node = () => newNode({ history: new PostgresHistory({ pool }), bus });
  const [here, there] = [node(), node()];
  const bart = there.connect('bart');
  await bart.request('join', { room: 'orders' });
  const options = { from: 'shop', key: 'order 4711 paid' };
  const [first, second] = await Promise.all([
    here.rooms.publish('orders', 'paid', options),
    there.rooms.publish('orders', 'paid', options),
  ]);
  expect(second).toEqual(first);
  await bart.waitFor(({ type }) => type === 'message');
  expect((await pool.query('SELECT key, text FROM usher.messages')).rows).toEqual([
    { key: 'order 4711 paid', text: 'paid' },
  ]);
});

test('stores payloads in PostgreSQL, with any character, and without mentions', async () => {
  const pool = await newDatabase('game');
  const { connect, rooms } = newBoard({ history: new PostgresHistory({ pool }) });
  const note = 'to @bart\0 \ud800 \u{1f600} "quoted" \n';
  await rooms.publish('game', { x: 1, note });
  const joined = await connect('maggie').request('join', { room: 'game' });
  expect(joined['data']).toMatchObject({ messages: [{ from: 'system', payload: { x: 1, note } }] });
  expect((await pool.query('SELECT FROM usher.mentions')).rowCount).toBe(0);
});
