import { randomUUID } from 'node:crypto';
import {
  above,
  better,
  type PresentStatus,
  type Presence,
  type PresenceChange,
  PresenceLeaseExpired,
  type PresenceList,
  type PresenceView,
  maxPresent,
  noRoom,
  type Status,
} from './presence.ts';

interface NodeView {
  readonly node: string;
  live: Status;
  held: Status;
  /** When the held status ends, on the clock of the store. */
  readonly heldUntil: number;
}

interface PresentUser {
  status: PresentStatus;
  /** One view per node. */
  views: NodeView[];
}

interface PresentRoom {
  version: number;
  readonly users: Map<string, PresentUser>;
}

export interface MemoryPresenceStoreOptions {
  /** See `Presence.leaseMs`. Defaults to 30,000. */
  readonly leaseMs?: number;
  /** The clock of the store: returns milliseconds that never decrease. Defaults to `performance.now`. */
  readonly now?: () => number;
}

/** Presence in memory, shared by the nodes of one process. */
export class MemoryPresenceStore {
  readonly leaseMs: number;
  /** While `false`, every call on this store rejects. For tests. */
  available = true;
  readonly #epoch = randomUUID();
  readonly #now: () => number;
  readonly #rooms = new Map<string, PresentRoom>();
  /** When the lease of each node ends. */
  readonly #leases = new Map<string, number>();
  /** When a node last renewed its lease. */
  #renewedAt = -Infinity;
  /** The views with a held status and their places. */
  readonly #held = new Map<NodeView, { readonly room: string; readonly user: string }>();
  /** The highest version of the rooms that were removed. */
  #highest = 0;

  constructor(options: MemoryPresenceStoreOptions = {}) {
    this.leaseMs = options.leaseMs ?? 30_000;
    this.#now = options.now ?? (() => performance.now());
  }

  set(node: string, views: readonly PresenceView[]): PresenceChange[] {
    this.#requireAvailable();
    const lease = this.#leases.get(node);
    if (lease === undefined || lease <= this.#now()) throw new PresenceLeaseExpired('the node has no lease');
    return this.#setAll(node, views);
  }

  list(name: string): PresenceList {
    this.#requireAvailable();
    const { version, users } = this.#roomOf(name);
    const present: { user: string; status: PresentStatus }[] = [];
    for (const [user, { status }] of users) {
      if (present.length >= maxPresent) break;
      present.push({ user, status });
    }
    return { epoch: this.#epoch, version, total: users.size, present };
  }

  statusOf(users: readonly string[]): Map<string, PresentStatus> {
    this.#requireAvailable();
    const connected = this.#rooms.get(noRoom)?.users;
    const statuses = new Map<string, PresentStatus>();
    for (const user of users) {
      const status = connected?.get(user)?.status;
      if (status !== undefined) statuses.set(user, status);
    }
    return statuses;
  }

  renew(node: string) {
    this.#requireAvailable();
    const now = this.#now();
    const changes: PresenceChange[] = [];
    const wasUnavailable = now - this.#renewedAt >= this.leaseMs;
    this.#renewedAt = now;
    for (const [other, until] of this.#leases) {
      if (until > now) continue;
      if (wasUnavailable) this.#leases.set(other, now + this.leaseMs);
      else changes.push(...this.removeNode(other));
    }
    for (const [view, { room, user }] of this.#held) {
      if (view.heldUntil > now) continue;
      const change = this.#set(view.node, { room, user, live: view.live, held: 'offline', heldForMs: 0, left: false });
      if (change !== undefined) changes.push(change);
    }
    const isNew = !this.#leases.has(node);
    this.#leases.set(node, now + this.leaseMs);
    let next = Infinity;
    for (const view of this.#held.keys()) if (view.node === node) next = Math.min(next, view.heldUntil - now);
    return { isNew, changes, nextEndMs: next === Infinity ? undefined : next };
  }

  removeNode(node: string): PresenceChange[] {
    this.#requireAvailable();
    this.#leases.delete(node);
    const views: PresenceView[] = [];
    for (const [room, { users }] of this.#rooms) {
      for (const [user, present] of users) {
        if (!present.views.some((view) => view.node === node)) continue;
        views.push({ room, user, live: 'offline', held: 'offline', heldForMs: 0, left: false });
      }
    }
    return this.#setAll(node, views);
  }

  #requireAvailable(): void {
    if (!this.available) throw new Error('the presence store is not available');
  }

  #roomOf(name: string): PresentRoom {
    return this.#rooms.get(name) ?? { version: this.#highest, users: new Map<string, PresentUser>() };
  }

  #setAll(node: string, views: readonly PresenceView[]): PresenceChange[] {
    return views.map((view) => this.#set(node, view)).filter((change) => change !== undefined);
  }

  #set(node: string, { room: name, user, live, held, heldForMs, left }: PresenceView): PresenceChange | undefined {
    const room = this.#roomOf(name);
    const present = room.users.get(user);
    const before: Status = present?.status ?? 'offline';
    for (const view of present?.views ?? []) this.#held.delete(view);
    const views = (present?.views ?? []).filter((view) => view.node !== node);
    if (left) for (const view of views) view.held = 'offline';
    views.push({ node, live, held: heldForMs > 0 ? held : 'offline', heldUntil: this.#now() + heldForMs });
    const best = views.reduce<Status>((most, view) => better(most, view.live), 'offline');
    for (const view of views) if (!above(view.held, best)) view.held = 'offline';
    const kept = views.filter((view) => view.live !== 'offline' || view.held !== 'offline');
    for (const view of kept) if (view.held !== 'offline') this.#held.set(view, { room: name, user });
    const after = kept.reduce<Status>((most, view) => better(most, view.held), best);

    if (after === 'offline') room.users.delete(user);
    else if (present === undefined) room.users.set(user, { status: after, views: kept });
    else Object.assign(present, { status: after, views: kept });
    if (before !== after) room.version++;
    if (room.users.size > 0) this.#rooms.set(name, room);
    else this.#removeRoom(name, room);
    if (before === after) return undefined;
    return { room: name, user, before, after, version: room.version, total: room.users.size };
  }

  #removeRoom(name: string, { version }: PresentRoom): void {
    this.#highest = Math.max(this.#highest, version);
    this.#rooms.delete(name);
  }
}

/** In-memory presence for one node, or for several nodes of one process that share `store`. */
export function createMemoryPresence(store: MemoryPresenceStore = new MemoryPresenceStore()): Presence {
  /** Runs in a promise executor, so that exceptions become rejections. */
  const run = <T>(call: () => T): Promise<T> =>
    new Promise((resolve) => {
      resolve(call());
    });
  return {
    leaseMs: store.leaseMs,
    set: (node, views) => run(() => store.set(node, views)),
    list: (room) => run(() => store.list(room)),
    statusOf: (users) => run(() => store.statusOf(users)),
    renew: (node) => run(() => store.renew(node)),
    removeNode: (node) => run(() => store.removeNode(node)),
  };
}
