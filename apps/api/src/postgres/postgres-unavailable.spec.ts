import { PostgresServer } from '@usher/test-servers';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { openPostgres } from './postgres-database.ts';
import { isPostgresUnavailable } from '../database/postgres-unavailable.ts';

test('distinguishes an unavailable server from an error of a statement', async () => {
  const server = await PostgresServer.start();
  onTestFinished(() => server.stop());
  const database = await openPostgres({ url: await server.newDatabaseUrl() });
  const fails = (text: string): Promise<unknown> => database.pool.query(text).then(String, (error: unknown) => error);
  expect(isPostgresUnavailable(await fails('SELECT 1 FROM nowhere'))).toBe(false);
  expect(isPostgresUnavailable(await fails('SELECT 1/0'))).toBe(false);
  expect(isPostgresUnavailable(await fails('SET statement_timeout = 1; SELECT pg_sleep(1)'))).toBe(true);
  expect(isPostgresUnavailable(await fails('SELECT pg_terminate_backend(pg_backend_pid())'))).toBe(true);
  await server.kill();
  expect(isPostgresUnavailable(await fails('SELECT 1'))).toBe(true);
  expect(isPostgresUnavailable('not an error')).toBe(false);
  await database.close();
});

test('a connection that is lost during a transaction fails the transaction and nothing else', async () => {
  const server = await PostgresServer.start();
  onTestFinished(() => server.stop());
  const database = await openPostgres({ url: await server.newDatabaseUrl() });
  const begun = Promise.withResolvers<undefined>();
  const lost = Promise.withResolvers<undefined>();
  const transaction = database.kysely.transaction().execute(async (transacting) => {
    await sql`SELECT 1`.execute(transacting);
    begun.resolve(undefined);
    await lost.promise;
    await sql`SELECT 1`.execute(transacting);
  });
  await begun.promise;
  // The client is neither idle nor waiting for a query, so only a listener of its own keeps its error from ending the process.
  await server.kill();
  lost.resolve(undefined);
  expect(isPostgresUnavailable(await transaction.catch((error: unknown) => error))).toBe(true);
  await database.close();
});
