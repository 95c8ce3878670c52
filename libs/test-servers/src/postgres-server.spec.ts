import { Pool } from 'pg';
import { expect, test } from 'vitest';
import { PostgresServer } from './index.ts';

test('a server has separate databases, and committed data survives a kill', async () => {
  const server = await PostgresServer.start();
  try {
    const [one, two] = [await server.newDatabase(), await server.newDatabase()];
    await one.query('CREATE TABLE kept (value int)');
    await one.query('INSERT INTO kept VALUES (1)');
    await expect(two.query('SELECT * FROM kept')).rejects.toThrow('does not exist');
    await server.kill();
    await expect(one.query('SELECT 1')).rejects.toThrow();
    await server.start();
    expect((await one.query('SELECT value FROM kept')).rows).toEqual([{ value: 1 }]);
  } finally {
    await server.stop();
  }
});

test('a server has the given settings, and a database can be a copy of another one', async () => {
  const server = await PostgresServer.start({ settings: ['fsync=on'] });
  const connect = (connectionString: string): Pool => new Pool({ connectionString, max: 1 });
  try {
    const template = await server.newDatabaseUrl();
    const original = connect(template);
    expect((await original.query('SHOW fsync')).rows).toEqual([{ fsync: 'on' }]);
    await original.query('CREATE TABLE copied (value int)');
    await original.query('INSERT INTO copied VALUES (1)');
    await original.end();
    const copy = connect(await server.newDatabaseUrl(template));
    expect((await copy.query('SELECT value FROM copied')).rows).toEqual([{ value: 1 }]);
    await copy.end();
  } finally {
    await server.stop();
  }
});
