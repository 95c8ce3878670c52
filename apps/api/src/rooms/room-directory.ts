import type { Kysely } from 'kysely';
import type { Room } from '@usher/protocol';
import type { Tables } from '../database/schema.ts';
import { addRoom, type NewRoom } from './new-room.ts';
import type { LookAtRoom, RoomStanding } from './room-standing.ts';

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

/** The user has created as many rooms as allowed. */
export interface TooManyRooms {
  /** When one more can be created, in milliseconds; absent if waiting does not help. */
  readonly retryAfterMs?: number;
}

export interface RoomDirectory {
  /** Creates a room with its creator as the first member. */
  add(room: NewRoom): Promise<Room | 'in_use' | TooManyRooms>;
  /**
   * How a person stands to a room. A room that is not there and one that may not be seen are told apart nowhere: both are
   * `undefined`, at the same cost.
   */
  see(person: Person, room: string): Promise<SeenRoom | undefined>;
  /** Whether a person may see and join a room. Answers at once for a public room that was asked for before. */
  admits(person: Person, room: string): boolean | Promise<boolean>;
  /** Whether a room is there and for everybody. Answers at once for one that was asked for before. */
  isPublic(room: string): boolean | Promise<boolean>;
  /** The names of a room's members, in their order; the first `listedMembers`. */
  members(room: string): Promise<string[]>;
}

export interface RoomDirectoryOptions {
  readonly look: LookAtRoom;
  readonly now: () => number;
  readonly limits: RoomLimits;
}

export interface RoomLimits {
  /** Rooms that one user may create. */
  readonly perUser: number;
  /** Rooms that one user may create in an hour. */
  readonly perUserAndHour: number;
}

/** Public rooms that are remembered, since it is asked at every message whether a room is one. */
const rememberedRooms = 10_000;
const hourMs = 3_600_000;
const listedMembers = 2_000;

/** A private room is for its members and for admins, a public one for everybody. */
export function createRoomDirectory(db: Kysely<Tables>, options: RoomDirectoryOptions): RoomDirectory {
  const { look, now, limits } = options;
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
        const created = transaction.selectFrom('rooms').where('created_by', '=', room.createdBy);
        const { count } = await created.select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirstOrThrow();
        if (count >= limits.perUser) return {};
        // The room that has to be an hour old before one more can be created.
        const oldest = await created
          .select('created_at')
          .orderBy('created_at', 'desc')
          .offset(limits.perUserAndHour - 1)
          .limit(1)
          .executeTakeFirst();
        const ageMs = oldest === undefined ? hourMs : at - oldest.created_at;
        if (ageMs < hourMs) return { retryAfterMs: Math.min(hourMs, hourMs - ageMs) };
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
