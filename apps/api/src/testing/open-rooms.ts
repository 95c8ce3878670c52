import type { History, Memberships, ReadMarkers } from '@usher/realtime/rooms';
import { onTestFinished } from 'vitest';
import { GroupCommit, type GroupCommitOptions } from '../database/group-commit.ts';
import { addRoom } from '../database/new-room.ts';
import { type Database, openDatabase } from '../database/sqlite.ts';
import { RoomDirectory, SqliteRoomAccessReader } from '../rooms/room-directory.ts';
import { createSqliteRoomList, type RoomListQuery, type RoomPage } from '../rooms/room-list.ts';
import { createSqliteSearch, type Search } from '../rooms/search.ts';
import { createSqliteHistory } from '../rooms/sqlite-history.ts';
import { createSqliteMemberships } from '../rooms/sqlite-memberships.ts';
import { createSqliteReadMarkers, unreadBounds } from '../rooms/sqlite-read-markers.ts';
import { Users } from '../users/users.ts';
import { tempFolder } from './per-test.ts';

export interface OpenRooms {
  readonly database: Database;
  readonly commit: GroupCommit;
  readonly history: History;
  readonly memberships: Memberships;
  readonly readMarkers: ReadMarkers;
  readonly rooms: RoomDirectory;
  /** Runs on this thread, unlike `room-reader.ts`. */
  readonly search: Search;
  readonly list: (query: Partial<RoomListQuery> & Pick<RoomListQuery, 'user'>) => RoomPage;
  /** The number of appends of each commit. */
  readonly commits: readonly number[];
  /** Creates a public room without members. */
  readonly createRoom: (room: string) => Promise<void>;
  readonly createUser: (user: string) => Promise<void>;
}

export interface OpenRoomsOptions extends GroupCommitOptions {
  readonly folder?: string;
}

/** Opens a real database with all room components, by default in a temporary directory. Closed after the test. */
export async function openRooms(options: OpenRoomsOptions = {}): Promise<OpenRooms> {
  const database = await openDatabase(options.folder ?? tempFolder());
  onTestFinished(() => {
    database.close();
  });
  const { kysely, sqlite } = database;
  const commit = new GroupCommit(sqlite, { health: database.health, ...options });
  const commits: number[] = [];
  const history = createSqliteHistory(sqlite, commit, { onCommit: (appends) => commits.push(appends) });
  const memberships = createSqliteMemberships(sqlite, commit);
  const readMarkers = createSqliteReadMarkers(sqlite, commit);
  const limits = { perUser: 1_000, perUserAndHour: 1_000 };
  const rooms = new RoomDirectory(kysely, { access: new SqliteRoomAccessReader(sqlite), limits, now: Date.now });
  const find = createSqliteSearch(sqlite);
  const list = createSqliteRoomList(sqlite, unreadBounds);
  const users = new Users(kysely, Date.now);
  return {
    ...{ database, commit, commits, history, memberships, readMarkers, rooms },
    search: {
      find: (query) =>
        new Promise((resolve) => {
          resolve(find(query));
        }),
    },
    list: (query) => list({ admin: false, limit: 1_000, ...query }),
    async createRoom(room) {
      await addRoom(kysely, { room, title: room, private: false, createdBy: 'owner' }, Date.now());
    },
    async createUser(user) {
      await users.add({ name: user, passwordHash: '', roles: [] });
    },
  };
}
