import type { History, Memberships, ReadMarkers, Rooms } from '@usher/realtime/rooms';
import type { Kysely } from 'kysely';
import type { SessionStatusReader } from '../auth/session-status.ts';
import type { Tables } from '../database/schema.ts';
import type { RoomAccessReader } from '../rooms/room-directory.ts';
import type { RoomListQuery } from '../rooms/room-list.ts';
import type { Search } from '../rooms/search.ts';

/** Everything durable: the embedded SQLite database, or PostgreSQL. */
export interface Storage extends Search {
  /** For rare queries, which only use SQL that SQLite and PostgreSQL share. */
  readonly db: Kysely<Tables>;
  readonly history: History;
  readonly memberships: Memberships;
  readonly readMarkers: ReadMarkers;
  readonly sessionStatuses: SessionStatusReader;
  readonly roomAccess: RoomAccessReader;
  /** Resolves to the JSON of a `RoomPage`, in UTF-8. Rejects with `BadRoomCursor`. */
  list(query: RoomListQuery): Promise<Uint8Array>;
  /** See `AuditLogOptions.lock`. */
  lockAudit(transaction: Kysely<Tables>): Promise<void>;
  /** Counts bytes that a user stores in other ways than by messages. @throws RequestError if a limit is exceeded */
  charge(user: string, bytes: number): void;
  /** Asks the database. Resolves to its time in Unix milliseconds, or to `undefined` if it uses the clock of this process. */
  readTime(): Promise<number | undefined>;
  /** Resolves to whether messages can be stored. Never rejects. */
  isReady(): Promise<boolean>;
  /**
   * Starts to deliver the messages that other programs publish in transactions of the database (`usher_publish`). Only PostgreSQL has them.
   *
   * @returns a function that stops it. It never rejects
   */
  readonly startOutbox?: (publish: Rooms['deliver']) => () => Promise<void>;
  /** Work that is done once an hour. */
  cleanUp(): Promise<void> | void;
  /** Resolves when all accepted work has settled. */
  idle(): Promise<unknown>;
  /** Closes the database, whether or not work is pending. Idempotent. */
  close(): Promise<void> | void;
}
