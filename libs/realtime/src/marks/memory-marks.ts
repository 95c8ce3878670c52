import { mentionsIn, roomBounds } from '@usher/protocol/server';
import type { History, Range } from '../rooms/history.ts';
import type { Marks, Unread } from './marks.ts';

const last: Range = { limit: 1 };

/**
 * In-memory memberships and read markers, with counts based on `history`. For tests, and for deployments that may lose them at a
 * restart.
 */
export function createMemoryMarks(history: History): Marks {
  /** The read marker of each member, by room. */
  const rooms = new Map<string, Map<string, number>>();

  const markOf = (room: string, user: string): number | undefined => rooms.get(room)?.get(user);

  /** Advances a read marker. Neither moves it back nor creates one. */
  function move(room: string, user: string, seq: number): void {
    const mark = markOf(room, user);
    if (mark !== undefined && seq > mark) rooms.get(room)?.set(user, seq);
  }

  async function endOf(room: string): Promise<number> {
    return (await history.read(room, last)).seq;
  }

  return {
    async enter(room, user) {
      const end = await endOf(room);
      let members = rooms.get(room);
      if (members === undefined) rooms.set(room, (members = new Map<string, number>()));
      if (members.has(user)) return false;
      members.set(user, end);
      return true;
    },

    async leave(room, user) {
      await endOf(room);
      const members = rooms.get(room);
      const was = members?.delete(user) === true;
      if (members?.size === 0) rooms.delete(room);
      return was;
    },

    roomsOf: (user) => Promise.resolve([...rooms].flatMap(([room, members]) => (members.has(user) ? [room] : []))),

    async read(room, user, seq) {
      const read = Math.min(seq, await endOf(room));
      move(room, user, read);
      return count(history, room, user, markOf(room, user) ?? read);
    },

    async unread(room, users) {
      await endOf(room);
      const found = new Map<string, Unread>();
      for (const user of users) {
        const read = markOf(room, user);
        if (read !== undefined) found.set(user, await count(history, room, user, read));
      }
      return found;
    },
  };
}

/** Counts the messages after a read marker, up to `roomBounds.unreadMessages`. */
async function count(history: History, room: string, user: string, read: number): Promise<Unread> {
  let unread = 0;
  let mentions = 0;
  for (let after = read; ;) {
    const { pageMessages: limit, pageBytes: bytes, unreadMessages } = roomBounds;
    const page = await history.read(room, { after, limit, bytes });
    for (const { seq, from, text, edits, deletes, deleted } of page.messages) {
      after = seq;
      if (from === user || edits !== undefined || deletes !== undefined || deleted !== undefined) continue;
      unread++;
      if (mentionsIn(text).includes(user)) mentions++;
      if (unread === unreadMessages) return { seq: page.seq, read, count: unread, mentions };
    }
    if (!page.more) return { seq: page.seq, read, count: unread, mentions };
  }
}
