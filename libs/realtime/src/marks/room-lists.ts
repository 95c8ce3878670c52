import type { Logger } from '../support/log.ts';
import type { Marks } from './marks.ts';

export interface RoomListsOptions {
  readonly marks: Marks;
  readonly log: Logger;
  /** Called when a room comes to be in the list of anybody here, until the function that it returns is called. */
  readonly follow: (room: string) => () => void;
}

/** Rooms of one person that are followed for them; the rest tell them nothing while they are not joined. */
const roomsAtMost = 1_000;
const retryMs = 1_000;
/** For so long the list of somebody who is gone is kept right: most are back within seconds, and a crowd comes back at once. */
const keptMs = 60_000;
/** Lists of people who are gone; of more, those who went first are forgotten. */
const keptAtMost = 10_000;

interface FollowedRoom {
  readonly users: Set<string>;
  readonly unfollow: () => void;
}

const nobody: ReadonlySet<string> = new Set();

/** Which rooms are in the lists of the people who are connected to this node: read once a person, then kept right by the news. */
export class RoomLists {
  readonly #options: RoomListsOptions;
  /** Of each person; absent while it has not been read. */
  readonly #lists = new Map<string, string[] | undefined>();
  readonly #rooms = new Map<string, FollowedRoom>();
  /** Who is connected here no more and when they went, in that order. Their lists are still followed. */
  readonly #departed = new Map<string, number>();
  #forgetting: NodeJS.Timeout | undefined;
  /** Whose list is to be read, in their order. */
  readonly #unread = new Set<string>();
  #reading = false;
  /** Whose list is being read at this moment. */
  #readNow: string | undefined;

  constructor(options: RoomListsOptions) {
    this.#options = options;
  }

  /** The people here in whose list a room is. */
  in(room: string): ReadonlySet<string> {
    return this.#rooms.get(room)?.users ?? nobody;
  }

  has(user: string, room: string): boolean {
    return this.#lists.get(user)?.includes(room) === true;
  }

  /** Somebody is connected here now who was not. */
  opened(user: string): void {
    this.#departed.delete(user);
    if (this.#lists.has(user)) return;
    this.#lists.set(user, undefined);
    this.#read(user);
  }

  /** Somebody is connected here no more. */
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
    // What is being read may be older than this.
    if (list === undefined || this.#readNow === user) this.#read(user);
  }

  /** @returns whether it stood in a list that is known here */
  dropped(user: string, room: string): boolean {
    const list = this.#lists.get(user);
    const index = list?.indexOf(room) ?? -1;
    const stood = index >= 0;
    if (stood) {
      list?.splice(index, 1);
      this.#drop(room, user);
    }
    if (list === undefined || this.#readNow === user) this.#read(user);
    return stood;
  }

  /** News may have been lost: all lists are read again, but for those that nobody may need. */
  again(): void {
    for (const user of this.#departed.keys()) this.#forget(user);
    for (const user of this.#lists.keys()) this.#read(user);
  }

  #forget(user: string): void {
    for (const room of this.#lists.get(user) ?? []) this.#drop(room, user);
    this.#departed.delete(user);
    this.#lists.delete(user);
    this.#unread.delete(user);
  }

  /** Those who have been gone for long enough; the timer goes on while there are others. */
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

  /** One after the other: a crowd that comes back does not press upon the store. */
  async #readAll(): Promise<void> {
    for (const user of this.#unread) {
      this.#unread.delete(user);
      this.#readNow = user;
      try {
        const rooms = await this.#options.marks.roomsOf(user);
        // Gone meanwhile, or it has to be read once more.
        if (!this.#lists.has(user) || this.#unread.has(user)) continue;
        this.#replace(user, rooms.slice(0, roomsAtMost));
      } catch (error) {
        this.#options.log.error({ err: error }, 'the rooms of somebody could not be read');
        if (this.#lists.has(user)) this.#unread.add(user);
        setTimeout(() => void this.#readAll(), retryMs).unref();
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
    for (const room of before ?? []) if (!list.includes(room)) this.#drop(room, user);
  }

  #add(list: string[], room: string, user: string): void {
    if (list.length >= roomsAtMost || list.includes(room)) return;
    list.push(room);
    const followed = this.#rooms.get(room);
    if (followed !== undefined) followed.users.add(user);
    else this.#rooms.set(room, { users: new Set([user]), unfollow: this.#options.follow(room) });
  }

  #drop(room: string, user: string): void {
    const followed = this.#rooms.get(room);
    if (followed === undefined) return;
    followed.users.delete(user);
    if (followed.users.size > 0) return;
    followed.unfollow();
    this.#rooms.delete(room);
  }
}
