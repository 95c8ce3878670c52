import type { Kysely } from 'kysely';
import type { Room } from '@usher/protocol';
import type { Tables } from '../database/schema.ts';
import { addRoom, type NewRoom } from './new-room.ts';
import type { LookAtRoom, RoomStanding } from './room-standing.ts';
import { searchedRooms } from './search.ts';
import type { StoredMarks } from './sqlite-marks.ts';

/** Who asks: all that a right to a room depends on. */
export interface Person {
  readonly user: string;
  readonly roles: readonly string[];
}

/** A room as somebody stands to it who may see it. */
export interface SeenRoom extends RoomStanding {
  /** They may say who is a member. */
  readonly manages: boolean;
}

export interface RoomDirectory {
  /** Makes a room, of which the one who made it is a member. */
  add(room: NewRoom): Promise<Room | 'in_use' | 'too_many'>;
  /** The rooms that a person may see, by title; those that are theirs and the liveliest, if there are more than `listedRooms`. */
  visibleTo(person: Person): Promise<Room[]>;
  /**
   * How a person stands to a room. A room that is not there and one that may not be seen are told apart nowhere: both are
   * `undefined`, at the same cost.
   */
  see(person: Person, room: string): Promise<SeenRoom | undefined>;
  /** Whether a person may see and join a room. Answers at once for a public room that was asked for before. */
  admits(person: Person, room: string): boolean | Promise<boolean>;
  /** Whether a room is there and for everybody. Answers at once for one that was asked for before. */
  isPublic(room: string): boolean | Promise<boolean>;
  /** The rooms of which somebody is a member, the liveliest first; as many as are searched at once. */
  liveliestOf(user: string): Promise<string[]>;
  /** The names of a room's members, in their order; the first `listedMembers`. */
  members(room: string): Promise<string[]>;
}

export interface RoomDirectoryOptions {
  readonly look: LookAtRoom;
  readonly marks: StoredMarks;
  readonly now: () => number;
}

/** Public rooms that are remembered, since it is asked at every message whether a room is one. */
const rememberedRooms = 10_000;
/** Rooms that one person may make. */
const roomsOfOneMaker = 1_000;
const listedRooms = 5_000;
const listedMembers = 2_000;

/** A private room is for its members and for admins, a public one for everybody. */
export function createRoomDirectory(db: Kysely<Tables>, options: RoomDirectoryOptions): RoomDirectory {
  const { look, marks, now } = options;
  // What is remembered never changes: rooms are neither deleted nor made private later. Of a private one nothing is, since members
  // come and go, here and on other nodes.
  const publicRooms = new Set<string>();

  function remember(name: string): void {
    if (publicRooms.size >= rememberedRooms) {
      const [oldest] = publicRooms;
      if (oldest !== undefined) publicRooms.delete(oldest);
    }
    publicRooms.add(name);
  }

  /** `undefined` unless they may see it. */
  function judge({ user, roles }: Person, name: string, room: RoomStanding | undefined): SeenRoom | undefined {
    if (room === undefined) return undefined;
    if (!room.private) {
      remember(name);
      return { ...room, manages: false };
    }
    const admin = isAdmin(roles);
    return room.member || admin ? { ...room, manages: admin || room.owner === user } : undefined;
  }

  return {
    async add(room) {
      const at = now();
      const made = await db.transaction().execute(async (transaction) => {
        const { count } = await transaction
          .selectFrom('rooms')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .where('created_by', '=', room.createdBy)
          .executeTakeFirstOrThrow();
        if (count >= roomsOfOneMaker) return 'too_many';
        return (await addRoom(transaction, room, at)) ? 'made' : 'in_use';
      });
      if (made !== 'made') return made;
      if (!room.private) remember(room.room);
      return {
        room: room.room,
        title: room.title,
        private: room.private,
        seq: 0,
        at,
        unread: 0,
        read: 0,
        mentions: 0,
        mine: true,
        manages: room.private,
      };
    },

    async visibleTo({ user, roles }) {
      const admin = isAdmin(roles);
      let query = db
        .selectFrom('rooms')
        .leftJoin('memberships', (on) =>
          on.onRef('memberships.room', '=', 'rooms.name').on('memberships.user_name', '=', user),
        )
        .select(['name', 'title', 'private', 'seq', 'last_at', 'created_by']);
      if (!admin) query = query.where((is) => is.or([is('private', '=', 0), is('user_name', '=', user)]));
      const rows = await query
        .orderBy('user_name', (order) => order.desc().nullsLast())
        .orderBy('last_at', 'desc')
        .limit(listedRooms)
        .execute();
      const unread = await marks.unreadOf(user);
      const rooms = rows.map((row): Room => {
        // Of a room that is nobody's yet nothing is unread; its mark would begin at its end.
        const { seq, read, count, mentions } = unread.get(row.name) ?? {
          ...{ seq: row.seq, read: row.seq, count: 0, mentions: 0 },
        };
        return {
          room: row.name,
          title: row.title,
          private: row.private !== 0,
          seq,
          at: row.last_at,
          unread: count,
          read,
          mentions,
          mine: unread.has(row.name),
          manages: row.private !== 0 && (admin || row.created_by === user),
        };
      });
      return rooms.sort((one, other) => compare(one.title, other.title) || compare(one.room, other.room));
    },

    async see(person, name) {
      return judge(person, name, await look(name, person.user));
    },

    admits(person, name) {
      if (publicRooms.has(name)) return true;
      const looked = look(name, person.user);
      if (looked instanceof Promise) return looked.then((room) => judge(person, name, room) !== undefined);
      return judge(person, name, looked) !== undefined;
    },

    isPublic(name) {
      if (publicRooms.has(name)) return true;
      const looked = look(name, '');
      if (looked instanceof Promise) return looked.then((room) => room?.private === false);
      return looked?.private === false;
    },

    async liveliestOf(user) {
      const rows = await db
        .selectFrom('memberships')
        .innerJoin('rooms', 'rooms.name', 'memberships.room')
        .select('rooms.name')
        .where('memberships.user_name', '=', user)
        .orderBy('rooms.last_at', 'desc')
        .limit(searchedRooms)
        .execute();
      return rows.map(({ name }) => name);
    },

    async members(room) {
      const rows = await db
        .selectFrom('memberships')
        .select('user_name')
        .where('room', '=', room)
        .orderBy('user_name')
        .limit(listedMembers)
        .execute();
      return rows.map((row) => row.user_name);
    },
  };
}

function isAdmin(roles: readonly string[]): boolean {
  return roles.includes('admin');
}

/** By code units, as a database without a collation of its own sorts. */
function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
