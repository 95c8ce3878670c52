import type { Message } from '@usher/protocol';
import { mentionsIn, roomBounds } from '@usher/protocol/server';
import type { Memberships } from './memberships.ts';
import type { ReadMarkers, Unread } from './read-markers.ts';

/** The part of a history that read markers are compared with. */
export interface MessageReader {
  /** Reads the messages with `seq > after`, or the newest ones without `after`. Rejects with `UnknownRoom`. */
  read(
    room: string,
    range: { readonly after: number; readonly limit: number; readonly bytes: number } | { readonly limit: number },
  ): Promise<{ readonly seq: number; readonly messages: readonly Message[]; readonly more: boolean }>;
}

/** Memberships and their read markers in memory, shared by the nodes of one process. */
export class MemoryMembershipStore {
  readonly history: MessageReader;
  /** While `false`, every call of every port on this store rejects. For tests. */
  available = true;
  /** The read marker of each member, by room. */
  readonly #rooms = new Map<string, Map<string, number>>();

  /** @param history holds the messages of the rooms */
  constructor(history: MessageReader) {
    this.history = history;
  }

  async endOf(room: string): Promise<number> {
    this.requireAvailable();
    return (await this.history.read(room, { limit: 1 })).seq;
  }

  requireAvailable(): void {
    if (!this.available) throw new Error('the membership store is not available');
  }

  markerOf(room: string, user: string): number | undefined {
    return this.#rooms.get(room)?.get(user);
  }

  add(room: string, user: string, marker: number): boolean {
    let members = this.#rooms.get(room);
    if (members === undefined) this.#rooms.set(room, (members = new Map<string, number>()));
    if (members.has(user)) return false;
    members.set(user, marker);
    return true;
  }

  remove(room: string, user: string): boolean {
    const members = this.#rooms.get(room);
    const wasMember = members?.delete(user) === true;
    if (members?.size === 0) this.#rooms.delete(room);
    return wasMember;
  }

  roomsOf(user: string): string[] {
    return [...this.#rooms].flatMap(([room, members]) => (members.has(user) ? [room] : []));
  }

  /** Moves the read marker of a member forward. */
  advance(room: string, user: string, seq: number): void {
    const marker = this.markerOf(room, user);
    if (marker !== undefined && seq > marker) this.#rooms.get(room)?.set(user, seq);
  }
}

/** In-memory memberships. For tests, and for deployments that may lose them at a restart. */
export function createMemoryMemberships(store: MemoryMembershipStore): Memberships {
  return {
    async add(room, user) {
      return store.add(room, user, await store.endOf(room));
    },

    async remove(room, user) {
      await store.endOf(room);
      return store.remove(room, user);
    },

    roomsOf: (user) =>
      new Promise((resolve) => {
        store.requireAvailable();
        resolve(store.roomsOf(user));
      }),
  };
}

/** In-memory read markers, with counts based on the history of the store. They end with the memberships of the same store. */
export function createMemoryReadMarkers(store: MemoryMembershipStore): ReadMarkers {
  return {
    async advance(room, user, seq) {
      const read = Math.min(seq, await store.endOf(room));
      store.advance(room, user, read);
      return count(store.history, room, user, store.markerOf(room, user) ?? read);
    },

    async unread(pairs) {
      store.requireAvailable();
      const counted: (Unread | undefined)[] = [];
      for (const { room, user } of pairs) {
        const marker = store.markerOf(room, user);
        counted.push(marker === undefined ? undefined : await count(store.history, room, user, marker));
      }
      return counted;
    },
  };
}

/** Counts the messages after a read marker, up to `roomBounds.unreadMessages`. */
async function count(history: MessageReader, room: string, user: string, read: number): Promise<Unread> {
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
