import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Room } from '@usher/chat-api';
import { UnknownRoom } from '@usher/realtime/rooms';
import type { Kysely } from 'kysely';
import { addRoom, type NewRoom } from '../database/new-room.ts';
import type { Tables } from '../database/schema.ts';
import { promiseOf, string } from '../database/sqlite-values.ts';

/** The facts about a room that a user's rights in it depend on. */
export interface RoomAccess {
  readonly private: boolean;
  /** The user who created the room. Never changes. */
  readonly owner: string;
  /** Whether the user is a member. */
  readonly member: boolean;
}

/** Reads rooms for users. Rejects if the database cannot be read. */
export interface RoomAccessReader {
  /** Resolves to `undefined` for an unknown or closed room, at the same cost as for a room of which the user is not a member. */
  lookUp(room: string, user: string): Promise<RoomAccess | undefined>;
}

/** Reads the access to rooms from SQLite with one prepared statement. */
export class SqliteRoomAccessReader implements RoomAccessReader {
  readonly #select: StatementSync;

  constructor(sqlite: DatabaseSync) {
    this.#select = sqlite.prepare(
      `SELECT private, created_by, (SELECT 1 FROM memberships WHERE user_name = ? AND room = name) AS member
       FROM rooms WHERE name = ? AND closed_at IS NULL`,
    );
  }

  lookUp(room: string, user: string): Promise<RoomAccess | undefined> {
    return promiseOf(() => {
      const row = this.#select.get(user, room);
      if (row === undefined) return undefined;
      return { private: row['private'] !== 0, owner: string(row['created_by']), member: row['member'] === 1 };
    });
  }
}

export function unknownRoom(room: string): UnknownRoom {
  return new UnknownRoom(`unknown room ${room}`);
}

/** The user and roles that access to a room depends on. */
export interface Requester {
  readonly user: string;
  readonly roles: readonly string[];
}

/** A room that the requester may see. */
export interface VisibleRoom extends RoomAccess {
  /** Whether the requester may add and remove members. */
  readonly canManage: boolean;
}

/** The user has created as many rooms as allowed. */
export interface TooManyRooms {
  /** When one more can be created, in milliseconds; absent if waiting does not help. */
  readonly retryAfterMs?: number;
}

export interface RoomDirectoryOptions {
  readonly access: RoomAccessReader;
  readonly now: () => number;
  readonly limits: RoomLimits;
}

export interface RoomLimits {
  /** Rooms that one user may create. */
  readonly perUser: number;
  /** Rooms that one user may create in an hour. */
  readonly perUserAndHour: number;
}

/** Size of the cache of public rooms, which every message reads. */
const cachedRooms = 10_000;
const hourMs = 3_600_000;
const listedMembers = 2_000;

/** Rooms and the access to them: members and admins may see a private room, all users a public one. */
export class RoomDirectory {
  readonly #db: Kysely<Tables>;
  readonly #options: RoomDirectoryOptions;
  // Safe to cache: a public room never becomes private, and the stores reject everything in a closed room. Private rooms are not cached,
  // because members change, on other nodes too.
  readonly #publicRooms = new Set<string>();

  constructor(db: Kysely<Tables>, options: RoomDirectoryOptions) {
    this.#db = db;
    this.#options = options;
  }

  #cache(name: string): void {
    if (this.#publicRooms.size >= cachedRooms) {
      const [oldest] = this.#publicRooms;
      if (oldest !== undefined) this.#publicRooms.delete(oldest);
    }
    this.#publicRooms.add(name);
  }

  /** Returns `undefined` unless the requester may see the room. */
  #authorize({ user, roles }: Requester, name: string, room: RoomAccess | undefined): VisibleRoom | undefined {
    if (room === undefined) return undefined;
    if (!room.private) {
      this.#cache(name);
      return { ...room, canManage: false };
    }
    const admin = isAdmin(roles);
    return room.member || admin ? { ...room, canManage: admin || room.owner === user } : undefined;
  }

  /** Creates a room with its creator as the first member. */
  async add(room: NewRoom): Promise<Room | 'in_use' | TooManyRooms> {
    const at = this.#options.now();
    const result = await this.#db.transaction().execute(async (transaction) => {
      const created = transaction.selectFrom('rooms').where('created_by', '=', room.createdBy);
      const { count } = await created.select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirstOrThrow();
      if (count >= this.#options.limits.perUser) return {};
      // The room that must be at least an hour old.
      const oldest = await created
        .select('created_at')
        .orderBy('created_at', 'desc')
        .offset(this.#options.limits.perUserAndHour - 1)
        .limit(1)
        .executeTakeFirst();
      const ageMs = oldest === undefined ? hourMs : at - oldest.created_at;
      if (ageMs < hourMs) return { retryAfterMs: Math.min(hourMs, hourMs - ageMs) };
      return (await addRoom(transaction, room, at)) ? 'created' : 'in_use';
    });
    if (result !== 'created') return result;
    if (!room.private) this.#cache(room.room);
    return {
      room: room.room,
      title: room.title,
      private: room.private,
      seq: 0,
      at,
      unread: 0,
      read: 0,
      mentions: 0,
      isMember: true,
      canManage: room.private,
    };
  }

  /**
   * Reads the access of a requester to a room. Returns `undefined`, at the same cost, for a room that does not exist and for one that
   * the requester may not see.
   */
  async accessTo(requester: Requester, name: string): Promise<VisibleRoom | undefined> {
    return this.#authorize(requester, name, await this.#options.access.lookUp(name, requester.user));
  }

  /** Whether a requester may see and join a room. Synchronous for a public room that was read before. */
  admits(requester: Requester, name: string): boolean | Promise<boolean> {
    return this.#publicRooms.has(name) || this.accessTo(requester, name).then((room) => room !== undefined);
  }

  /** Whether a room exists and is public. Synchronous for a room that was read before. */
  isPublic(name: string): boolean | Promise<boolean> {
    if (this.#publicRooms.has(name)) return true;
    return this.#options.access.lookUp(name, '').then((room) => room?.private === false);
  }

  /** The names of a room's members in alphabetical order, at most `listedMembers`. */
  async members(room: string): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('memberships')
      .select('user_name')
      .where('room', '=', room)
      .orderBy('user_name')
      .limit(listedMembers)
      .execute();
    return rows.map((row) => row.user_name);
  }
}

function isAdmin(roles: readonly string[]): boolean {
  return roles.includes('admin');
}
