import { ExpiringKeys } from '../support/expiring-keys.ts';
import type { Logger } from '../support/log.ts';
import type { Memberships } from './memberships.ts';

export interface RoomListsOptions {
  readonly memberships: Memberships;
  readonly log: Logger;
  /** Called when a room becomes part of the list of a connected user, until the returned function is called. */
  readonly followRoom: (room: string) => () => void;
  /**
   * Subscribes to the events of a user until the returned function is called. `onActive` must be called when the subscription is active, and
   * again whenever events may have been lost; it may be called before `followUser` returns.
   */
  readonly followUser: (user: string, onActive: () => void) => () => void;
}

/** The maximum rooms per user to follow. Other rooms send no `unread` events unless they are joined. */
const roomsAtMost = 1_000;
const retryMs = 1_000;
/** How long to keep the list of a user after their last connection closed. Most clients reconnect within seconds. */
const keptMs = 60_000;
/** The maximum number of lists to keep for users without a connection. Beyond it the oldest is removed. */
const keptAtMost = 10_000;
/** How long a list waits for the subscription to the events of its user. Then it is read, and again when the subscription is active. */
const subscriptionMs = 2_000;

interface RoomList {
  /** `undefined` until the list has been read. */
  rooms: string[] | undefined;
  unfollow: () => void;
}

interface FollowedRoom {
  readonly users: Set<string>;
  readonly unfollow: () => void;
}

const noUsers: ReadonlySet<string> = new Set();

/**
 * The room lists of the users who are connected to this node. Each list is read once, when this node receives the events of the user, and
 * then updated by these events.
 */
export class RoomLists {
  readonly #options: RoomListsOptions;
  readonly #lists = new Map<string, RoomList>();
  readonly #rooms = new Map<string, FollowedRoom>();
  /** The users whose last connection closed. Their lists are still followed. */
  readonly #departed = new ExpiringKeys(keptMs, (user) => {
    this.#forget(user);
  });
  /** The users whose lists are read when the subscription to their events is active. */
  readonly #subscribing = new ExpiringKeys(subscriptionMs, (user) => {
    this.#read(user);
  });
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
    return this.#lists.get(user)?.rooms?.includes(room) === true;
  }

  /** The first connection of a user opened. */
  opened(user: string): void {
    this.#departed.delete(user);
    if (this.#lists.has(user)) return;
    const list: RoomList = { rooms: undefined, unfollow: () => undefined };
    this.#lists.set(user, list);
    this.#subscribing.add(user);
    list.unfollow = this.#options.followUser(user, () => {
      if (this.#lists.get(user) === list) this.#eventsComplete(user);
    });
  }

  /** The last connection of a user closed. */
  closed(user: string): void {
    if (!this.#lists.has(user)) return;
    this.#departed.add(user);
    if (this.#departed.size > keptAtMost) {
      const [first = user] = this.#departed.keys();
      this.#forget(first);
    }
  }

  added(user: string, room: string): void {
    const rooms = this.#lists.get(user)?.rooms;
    if (rooms !== undefined) this.#add(rooms, room, user);
    // A read in progress may not include this change.
    if (rooms === undefined || this.#readNow === user) this.#read(user);
  }

  /** @returns whether a loaded list contained the room */
  removed(user: string, room: string): boolean {
    const rooms = this.#lists.get(user)?.rooms;
    const index = rooms?.indexOf(room) ?? -1;
    const wasListed = index >= 0;
    if (wasListed) {
      rooms?.splice(index, 1);
      this.#remove(room, user);
    }
    if (rooms === undefined || this.#readNow === user) this.#read(user);
    return wasListed;
  }

  /** Removals may have been lost: reads the lists of all connected users again and removes the others. */
  reload(): void {
    for (const user of [...this.#departed.keys()]) this.#forget(user);
    for (const user of this.#lists.keys()) this.#read(user);
  }

  /** Ends all timers and subscriptions. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#retry);
    for (const user of [...this.#lists.keys()]) this.#forget(user);
    this.#departed.clear();
    this.#subscribing.clear();
  }

  /** From now on this node receives the events of the user; earlier ones may have been lost. */
  #eventsComplete(user: string): void {
    this.#subscribing.delete(user);
    if (this.#departed.has(user)) this.#forget(user);
    else this.#read(user);
  }

  #forget(user: string): void {
    const list = this.#lists.get(user);
    if (list === undefined) return;
    this.#departed.delete(user);
    this.#subscribing.delete(user);
    this.#lists.delete(user);
    this.#unread.delete(user);
    for (const room of list.rooms ?? []) this.#remove(room, user);
    list.unfollow();
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
        if (this.#unread.has(user)) continue;
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
    const list = this.#lists.get(user);
    if (list === undefined) return;
    const before = list.rooms ?? [];
    const now: string[] = [];
    list.rooms = now;
    for (const room of rooms) this.#add(now, room, user);
    for (const room of before) if (!now.includes(room)) this.#remove(room, user);
  }

  #add(rooms: string[], room: string, user: string): void {
    if (rooms.length >= roomsAtMost || rooms.includes(room)) return;
    rooms.push(room);
    const followed = this.#rooms.get(room);
    if (followed !== undefined) followed.users.add(user);
    else this.#rooms.set(room, { users: new Set([user]), unfollow: this.#options.followRoom(room) });
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
