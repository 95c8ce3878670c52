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
