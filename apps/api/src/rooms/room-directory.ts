import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Room } from '@usher/protocol';
import type { Tables } from '../database/schema.ts';

/** Who asks: all that a right to a room depends on. */
export interface Person {
  readonly user: string;
  readonly roles: readonly string[];
}

export interface RoomDirectory {
  /** Makes a room; `undefined` when the name is in use. */
  add(room: {
    readonly room: string;
    readonly title: string;
    readonly private: boolean;
    readonly createdBy: string;
  }): Promise<Room | undefined>;
  /** The rooms that a person may see, by title. */
  visibleTo(person: Person): Promise<Room[]>;
  /**
   * Whether a person may see and join a room. A room that is not there and one that may not be seen are told apart nowhere.
   * Answers at once for a room that was asked for before.
   */
  admits(person: Person, room: string): boolean | Promise<boolean>;
}

/** Rooms whose privacy is remembered, since it is asked at every message. */
const rememberedRooms = 10_000;

interface Privacy {
  readonly private: boolean;
  readonly createdBy: string;
}

/** A private room is for the one who made it and for admins. */
export function createRoomDirectory(db: Kysely<Tables>, now: () => number): RoomDirectory {
  // What is remembered never changes: rooms are neither deleted nor made private or public later.
  const remembered = new Map<string, Privacy>();

  function remember(name: string, room: Privacy): void {
    if (remembered.size >= rememberedRooms) {
      const [oldest] = remembered.keys();
      if (oldest !== undefined) remembered.delete(oldest);
    }
    remembered.set(name, room);
  }

  async function lookUp(person: Person, name: string): Promise<boolean> {
    const row = await db
      .selectFrom('rooms')
      .select(['private', 'created_by'])
      .where('name', '=', name)
      .executeTakeFirst();
    if (row === undefined) return false;
    const room = { private: row.private !== 0, createdBy: row.created_by };
    remember(name, room);
    return mayEnter(person, room);
  }

  return {
    async add({ room, title, private: isPrivate, createdBy }) {
      const made = await db
        .insertInto('rooms')
        .values({
          name: room,
          title,
          private: isPrivate ? 1 : 0,
          epoch: randomUUID(),
          seq: 0,
          created_by: createdBy,
          created_at: now(),
        })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .executeTakeFirst();
      if (made.numInsertedOrUpdatedRows !== 1n) return undefined;
      remember(room, { private: isPrivate, createdBy });
      return {
        room,
        title,
        private: isPrivate,
        seq: 0,
        at: now(),
        unread: 0,
        read: 0,
        mentions: 0,
        mine: true,
        manages: true,
      };
    },

    async visibleTo({ user, roles }) {
      let query = db.selectFrom('rooms').select(['name', 'title', 'private', 'seq', 'created_by', 'created_at']);
      if (!isAdmin(roles)) {
        query = query.where((is) => is.or([is('private', '=', 0), is('created_by', '=', user)]));
      }
      const rows = await query.orderBy('title').orderBy('name').execute();
      // Read marks come with an issue of their own; until then nothing counts as unread.
      return rows.map((row) => ({
        room: row.name,
        title: row.title,
        private: row.private !== 0,
        seq: row.seq,
        at: row.created_at,
        unread: 0,
        read: 0,
        mentions: 0,
        mine: true,
        manages: row.created_by === user,
      }));
    },

    admits(person, name) {
      const room = remembered.get(name);
      return room === undefined ? lookUp(person, name) : mayEnter(person, room);
    },
  };
}

function mayEnter({ user, roles }: Person, room: Privacy): boolean {
  return !room.private || room.createdBy === user || isAdmin(roles);
}

function isAdmin(roles: readonly string[]): boolean {
  return roles.includes('admin');
}
