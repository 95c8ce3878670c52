import type { Logger } from '@usher/realtime';
import { SqliteSessionStatusReader } from '../auth/sqlite-session-status.ts';
import type { Config } from '../config/config.ts';
import { GroupCommit } from '../database/group-commit.ts';
import { createReadiness } from '../database/readiness.ts';
import { openDatabase } from '../database/sqlite.ts';
import { StorageLimits } from '../database/storage-limits.ts';
import { SqliteRoomAccessReader } from '../rooms/room-directory.ts';
import { RoomReader } from '../rooms/room-reader.ts';
import { createSqliteHistory, eraseDeletedTexts } from '../rooms/sqlite-history.ts';
import { createSqliteMemberships } from '../rooms/sqlite-memberships.ts';
import { createSqliteReadMarkers } from '../rooms/sqlite-read-markers.ts';
import type { Storage } from './storage.ts';

export interface StorageOptions {
  readonly log: Logger;
  /** Called after each commit with the number of messages that it stored. */
  readonly onCommit: (appends: number) => void;
}

/**
 * Opens the embedded database in `DATA_DIR`.
 *
 * @throws DataDirInUse, DataDirUnusable, DatabaseDamaged, or an error of the database.
 */
export async function openSqliteStorage(config: Config, { log, onCommit }: StorageOptions): Promise<Storage> {
  const database = await openDatabase(config.dataDir, { log });
  const { file, health, kysely: db, sqlite } = database;
  const commit = new GroupCommit(sqlite, { health });
  const limits = new StorageLimits(sqlite, {
    file,
    bytesPerUserAndDay: config.maxMbPerUserPerDay * 1e6,
    databaseBytes: config.maxDatabaseMb * 1e6,
    freeBytes: config.minFreeDiskMb * 1e6,
    log,
  });
  commit.onSettled((committed) => {
    limits.settled(committed);
  });
  await limits.check();
  const reader = new RoomReader(file, { log });
  const readOne = sqlite.prepare('SELECT name FROM users LIMIT 1');
  return {
    db,
    history: createSqliteHistory(sqlite, commit, {
      admit: (user, bytes) => limits.spend(user, bytes),
      readFailed: (error) => health.failed(error),
      onCommit,
    }),
    memberships: createSqliteMemberships(sqlite, commit),
    readMarkers: createSqliteReadMarkers(sqlite, commit),
    sessionStatuses: new SqliteSessionStatusReader(sqlite),
    roomAccess: new SqliteRoomAccessReader(sqlite),
    list: (query) => reader.list(query),
    find: (query) => reader.find(query),
    // The transactions of the only connection run one after another.
    lockAudit: () => Promise.resolve(),
    charge: (user, bytes) => {
      limits.charge(user, bytes);
    },
    readTime: async () => {
      readOne.get();
      return Promise.resolve(undefined);
    },
    isReady: createReadiness({ sqlite, commit, health, limits }),
    cleanUp: () => {
      eraseDeletedTexts(sqlite);
    },
    idle: () => Promise.all([commit.idle(), reader.close()]),
    close: () => {
      limits.close();
      database.close();
    },
  };
}
