import { PostgresHistory, PostgresMemberships, PostgresOutbox } from '@usher/realtime/postgres';
import type { History } from '@usher/realtime/rooms';
import { sql } from 'kysely';
import type { Config } from '../config/config.ts';
import { bytesPerMessage } from '../database/storage-limits.ts';
import { openPostgres } from '../postgres/postgres-database.ts';
import { PostgresLimits } from '../postgres/postgres-limits.ts';
import { PostgresRoomAccessReader, PostgresRoomList } from '../postgres/postgres-rooms.ts';
import { PostgresSessionStatusReader } from '../postgres/postgres-sessions.ts';
import { PostgresSearch, searchableWords } from '../postgres/postgres-search.ts';
import type { StorageOptions } from './sqlite-storage.ts';
import type { Storage } from './storage.ts';

/**
 * Opens the PostgreSQL database of `DATABASE_URL` and migrates its tables.
 *
 * @throws PostgresUnusable
 */
export async function openPostgresStorage(
  config: Config & { readonly databaseUrl: string },
  { log, onCommit }: StorageOptions,
): Promise<Storage> {
  const database = await openPostgres({
    url: config.databaseUrl,
    ...(config.databaseMigrationUrl === undefined ? {} : { migrationUrl: config.databaseMigrationUrl }),
    onError: (error) => {
      log.warn({ reason: error.message }, 'a connection to PostgreSQL was lost');
    },
  });
  const { pool, directPool, kysely: db } = database;
  const limits = new PostgresLimits(pool, {
    bytesPerUserAndDay: config.maxMbPerUserPerDay * 1e6,
    databaseBytes: config.maxDatabaseMb * 1e6,
    log,
  });
  await limits.check();
  const memberships = new PostgresMemberships(pool);
  const history = new PostgresHistory({ pool, wordsOf: searchableWords, onCommit });
  const list = new PostgresRoomList(pool);
  const search = new PostgresSearch(pool);
  let closing: Promise<void> | undefined;
  return {
    db,
    history: withLimits(history, limits),
    memberships,
    readMarkers: memberships,
    sessionStatuses: new PostgresSessionStatusReader(pool),
    roomAccess: new PostgresRoomAccessReader(pool),
    list: (query) => list.list(query),
    find: (query) => search.find(query),
    lockAudit: async (transaction) => {
      await sql`SELECT pg_advisory_xact_lock(${auditLock})`.execute(transaction);
    },
    charge: (user, bytes) => {
      limits.charge(user, bytes);
    },
    startOutbox: (publish) => {
      const outbox = new PostgresOutbox({ pool, listenPool: directPool, history, publish, log });
      return () => outbox.stop();
    },
    async readTime() {
      const { rows } = await pool.query<{ ms: number }>(
        'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms',
      );
      return rows[0]?.ms;
    },
    async isReady() {
      try {
        await pool.query('SELECT 1');
        return limits.full === undefined;
      } catch {
        return false;
      }
    },
    cleanUp: () => limits.purge(),
    idle: () => limits.saved(),
    close: () => {
      limits.close();
      return (closing ??= database.close());
    },
  };
}

/** Any number that no other program uses for its advisory locks: "usj". */
const auditLock = 7_697_258;

/** Rejects messages above the limits, and counts those that were stored. Deletions are always permitted. */
function withLimits(history: History, limits: PostgresLimits): History {
  return {
    async append(room, entry) {
      if (entry.deletes !== undefined) return history.append(room, entry);
      const bytes = Buffer.byteLength(entry.text) + bytesPerMessage;
      limits.require(entry.user, bytes);
      const appended = await history.append(room, entry);
      if (!appended.duplicate) limits.count(entry.user, bytes);
      return appended;
    },
    read: (room, range) => history.read(room, range),
    heads: (rooms) => history.heads(rooms),
  };
}
