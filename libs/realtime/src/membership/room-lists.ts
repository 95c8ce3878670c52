import type { Logger } from '../support/log.ts';
import type { Memberships } from './memberships.ts';

export interface RoomListsOptions {
  readonly memberships: Memberships;
  readonly log: Logger;
  /** Called when a room becomes part of the list of a connected user, until the returned function is called. */
  readonly follow: (room: string) => () => void;
}

/** The maximum rooms per user to follow. Other rooms send no `unread` events unless they are joined. */
const roomsAtMost = 1_000;
const retryMs = 1_000;
/** How long to keep the list of a user after their last connection closed. Most clients reconnect within seconds. */
const keptMs = 60_000;
/** The maximum number of lists to keep for users without a connection. Beyond it the oldest is removed. */
const keptAtMost = 10_000;

interface FollowedRoom {
  readonly users: Set<string>;
  readonly unfollow: () => void;
}

const noUsers: ReadonlySet<string> = new Set();

/** The room lists of the users who are connected to this node. Each list is read once and then updated by user events. */
export class RoomLists {
  readonly #options: RoomListsOptions;
  /** By user; `undefined` until the list has been read. */
  readonly #lists = new Map<string, string[] | undefined>();
  readonly #rooms = new Map<string, FollowedRoom>();
  /** The users whose last connection closed, and when, in ascending order. Their lists are still followed. */
  readonly #departed = new Map<string, number>();
  #forgetting: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #stopped = false;
  /** The users whose lists must be read, in order. */
  readonly #unread = new Set<string>();
  #reading = false;
  /** The user whose list is being read. */
  #readNow: string | undefined;

  constructor(options: RoomListsOptions) {
    this.#options = options;
  }

  /** The connected users whose list contains the room. */
  in(room: string): ReadonlySet<string> {
    return this.#rooms.get(room)?.users ?? noUsers;
  }

  has(user: string, room: string): boolean {
    return this.#lists.get(user)?.includes(room) === true;
  }

  /** The first connection of a user opened. */
  opened(user: string): void {
    this.#departed.delete(user);
    if (this.#lists.has(user)) return;
    this.#lists.set(user, undefined);
    this.#read(user);
  }

  /** The last connection of a user closed. */
  closed(user: string): void {
    if (!this.#lists.has(user)) return;
    this.#departed.set(user, performance.now());
    if (this.#departed.size > keptAtMost) {
      const [first = user] = this.#departed.keys();
      this.#forget(first);
    }
    this.#forgetting ??= setTimeout(() => {
      this.#forgetDeparted();
    }, keptMs).unref();
  }

  added(user: string, room: string): void {
    const list = this.#lists.get(user);
    if (list !== undefined) this.#add(list, room, user);
    // A read in progress may not include this change.
    if (list === undefined || this.#readNow === user) this.#read(user);
  }

  /** @returns whether a loaded list contained the room */
  removed(user: string, room: string): boolean {
    const list = this.#lists.get(user);
    const index = list?.indexOf(room) ?? -1;
    const wasListed = index >= 0;
    if (wasListed) {
      list?.splice(index, 1);
      this.#remove(room, user);
    }
    if (list === undefined || this.#readNow === user) this.#read(user);
    return wasListed;
  }

  /** Events may have been lost: reads the lists of all connected users again and removes the others. */
  reload(): void {
    for (const user of this.#departed.keys()) this.#forget(user);
    for (const user of this.#lists.keys()) this.#read(user);
  }

  /** Ends all timers and subscriptions. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#forgetting);
    for (const user of [...this.#lists.keys()]) this.#forget(user);
  }

  #forget(user: string): void {
    for (const room of this.#lists.get(user) ?? []) this.#remove(room, user);
    this.#departed.delete(user);
    this.#lists.delete(user);
    this.#unread.delete(user);
  }

  /** Removes expired lists and schedules the next run if others remain. */
  #forgetDeparted(): void {
    this.#forgetting = undefined;
    const now = performance.now();
    for (const [user, at] of this.#departed) {
      const left = at + keptMs - now;
      if (left > 0) {
        this.#forgetting = setTimeout(() => {
          this.#forgetDeparted();
        }, left).unref();
        return;
      }
      this.#forget(user);
    }
  }

  #read(user: string): void {
    if (!this.#lists.has(user)) return;
    this.#unread.add(user);
    if (this.#reading) return;
    this.#reading = true;
    queueMicrotask(() => void this.#readAll());
  }

  /** Reads lists sequentially, so that many reconnecting clients do not overload the store. */
  async #readAll(): Promise<void> {
    for (const user of this.#unread) {
      this.#unread.delete(user);
      this.#readNow = user;
      try {
        const rooms = await this.#options.memberships.roomsOf(user);
        // The user has disconnected, or the list must be read again.
        if (!this.#lists.has(user) || this.#unread.has(user)) continue;
        this.#replace(user, rooms.slice(0, roomsAtMost));
      } catch (error) {
        this.#options.log.error({ err: error }, 'the rooms of a user could not be read');
        if (this.#lists.has(user)) this.#unread.add(user);
        if (this.#stopped) return;
        this.#retry = setTimeout(() => void this.#readAll(), retryMs).unref();
        return;
      } finally {
        this.#readNow = undefined;
      }
    }
    this.#reading = false;
  }

  #replace(user: string, rooms: readonly string[]): void {
    const before = this.#lists.get(user);
    const list: string[] = [];
    this.#lists.set(user, list);
    for (const room of rooms) this.#add(list, room, user);
    for (const room of before ?? []) if (!list.includes(room)) this.#remove(room, user);
  }

  #add(list: string[], room: string, user: string): void {
    if (list.length >= roomsAtMost || list.includes(room)) return;
    list.push(room);
    const followed = this.#rooms.get(room);
    if (followed !== undefined) followed.users.add(user);
    else this.#rooms.set(room, { users: new Set([user]), unfollow: this.#options.follow(room) });
  }

  #remove(room: string, user: string): void {
    const followed = this.#rooms.get(room);
    if (followed === undefined) return;
    followed.users.delete(user);
    if (followed.users.size > 0) return;
    followed.unfollow();
    this.#rooms.delete(room);
  }
}
