import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PostgresServer, RedisServer } from '@usher/test-servers';
import { Pool } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { newApp } from '../testing/new-app.ts';

const main = join(import.meta.dirname, '../main.ts');

/** Starts a node in a process of its own, and resolves to a function that kills it. */
async function startNode(env: Readonly<Record<string, string>>): Promise<() => Promise<void>> {
  const child = spawn(process.execPath, ['--conditions=@usher/source', main], {
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      PORT: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  onTestFinished(kill);
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.includes('"msg":"ready"')) continue;
    child.stdout.resume();
    return kill;
  }
  throw new Error('the node ended before it was ready');
}

test('members receive every message of the outbox once and in order when a node is killed while it drains', async () => {
  const [postgres, redis] = [await PostgresServer.start(), await RedisServer.start()];
  onTestFinished(async () => {
    await Promise.all([postgres.stop(), redis.stop()]);
  });
  const env = {
    DATABASE_URL: await postgres.newDatabaseUrl(),
    REDIS_URL: `unix://${redis.socketPath}`,
    JWT_SECRET: 'the same secret on all of the nodes',
    DEMO_USERS: 'true',
  };
  const node = await newApp(env);
  const kills = await Promise.all([startNode(env), startNode(env)]);
  const bart = await node.connect('bart');
  await bart.data('join', { room: 'general' });
  const pool = new Pool({ connectionString: env.DATABASE_URL });
  onTestFinished(() => pool.end());
  const publish = (from: number, to: number) =>
    pool.query(
      `SELECT usher_publish('general', n::text, jsonb_build_object('text', n::text)) FROM generate_series($1::int, $2::int) n`,
      [from, to],
    );
  const received: unknown[] = [];
  const receive = async (last: number): Promise<void> => {
    while (received.length < last) {
      const { seq, text } = await bart.next('message');
      received.push(`${String(seq)}: ${String(text)}`);
    }
  };
  await publish(1, 3_000);
  await receive(1);
  await kills[0]();
  await publish(3_001, 6_000);
  await receive(3_500);
  await kills[1]();
  await publish(6_001, 6_001);
  await receive(6_001);
  expect(received).toEqual(Array.from({ length: 6_001 }, (_, index) => `${index + 1}: ${index + 1}`));
  const { rows } = await pool.query(
    'SELECT (SELECT count(*)::int FROM usher.messages) AS messages, (SELECT count(*)::int FROM usher.outbox) AS waiting',
  );
  expect(rows).toEqual([{ messages: 6_001, waiting: 0 }]);
});
