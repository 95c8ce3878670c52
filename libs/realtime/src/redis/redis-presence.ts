import type { Cluster, Redis } from 'ioredis';
import {
  maxPresent,
  noRoom,
  type PresentStatus,
  type Presence,
  type PresenceChange,
  PresenceLeaseExpired,
  type PresenceList,
  type PresenceRenewal,
  type PresenceView,
  type Status,
} from '../presence/presence.ts';
import { listScript, removeNodeScript, renewScript, setScript } from './presence-scripts.ts';
import { RedisUnavailable, runScript } from './run-script.ts';

export interface RedisPresenceOptions {
  /** A client of `ioredis` with `commandTimeout`, `enableOfflineQueue: false` and `maxRetriesPerRequest: 0`. */
  readonly redis: Redis | Cluster;
  /** Prefix of all keys. Its braces are the hash tag of Redis Cluster. Defaults to `{usher-presence}`. */
  readonly prefix?: string;
  /** See `Presence.leaseMs`. Defaults to 30,000. */
  readonly leaseMs?: number;
  /** Replaces the clock of Redis, in milliseconds. For tests. */
  readonly now?: () => number;
}

/** Views per script, because Redis runs nothing else during a script. */
const maxViews = 500;

const isStatus = (value: unknown): value is Status => value === 'online' || value === 'away' || value === 'offline';
const isPresent = (value: unknown): value is PresentStatus => value === 'online' || value === 'away';

/** Presence in Redis or Valkey, shared by all nodes. If Redis loses its data, the nodes set their views again with the next renewal. */
export class RedisPresence implements Presence {
  readonly leaseMs: number;
  readonly #redis: Redis | Cluster;
  readonly #prefix: string;
  readonly #now: () => number | '';

  constructor({ redis, prefix = '{usher-presence}', leaseMs = 30_000, now }: RedisPresenceOptions) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.leaseMs = leaseMs;
    this.#now = now ?? (() => '');
  }

  async set(node: string, views: readonly PresenceView[]): Promise<readonly PresenceChange[]> {
    const changes: PresenceChange[] = [];
    for (let from = 0; from < views.length; from += maxViews) {
      const rows = views
        .slice(from, from + maxViews)
        .map(({ room, user, live, held, heldForMs, left }) => [room, user, live, held, heldForMs, left]);
      const reply = await this.#run(setScript, node, JSON.stringify(rows));
      if (reply === 0) throw new PresenceLeaseExpired('the node has no lease');
      changes.push(...toChanges(reply));
    }
    return changes;
  }

  async list(room: string): Promise<PresenceList> {
    const [version, total, fields, epoch] = toList(await this.#run(listScript, room, maxPresent));
    const flat = toList(fields);
    const present: { user: string; status: PresentStatus }[] = [];
    for (let index = 0; index < flat.length; index += 2) {
      const status = flat[index + 1];
      if (isPresent(status)) present.push({ user: String(flat[index]), status });
    }
    return { epoch: String(epoch), version: Number(version), total: Number(total), present };
  }

  async statusOf(users: readonly string[]): Promise<ReadonlyMap<string, PresentStatus>> {
    const statuses = new Map<string, PresentStatus>();
    if (users.length === 0) return statuses;
    let found: unknown[];
    try {
      found = await this.#redis.hmget(`${this.#prefix}:present:${noRoom}`, ...users);
    } catch (error) {
      throw new RedisUnavailable(`Redis is unavailable: ${error instanceof Error ? error.message : 'unknown error'}`);
    }
    for (const [index, user] of users.entries()) {
      const status = found[index];
      if (isPresent(status)) statuses.set(user, status);
    }
    return statuses;
  }

  async renew(node: string): Promise<PresenceRenewal> {
    let isNew = false;
    const changes: PresenceChange[] = [];
    for (;;) {
      const reply = toList(await this.#run(renewScript, node, this.leaseMs, maxViews));
      const [created, changed, nextEndMs, hasMore] = reply;
      isNew ||= created === 1;
      changes.push(...toChanges(changed));
      if (hasMore === 1) continue;
      return { isNew, changes, nextEndMs: Number(nextEndMs) < 0 ? undefined : Number(nextEndMs) };
    }
  }

  async removeNode(node: string): Promise<readonly PresenceChange[]> {
    const changes: PresenceChange[] = [];
    for (;;) {
      const [changed, hasMore] = toList(await this.#run(removeNodeScript, node, maxViews));
      changes.push(...toChanges(changed));
      if (hasMore !== 1) return changes;
    }
  }

  #run(script: string, ...args: (string | number)[]): Promise<unknown> {
    return runScript(this.#redis, script, [`${this.#prefix}:leases`], [this.#prefix, this.#now(), ...args]);
  }
}

function toList(reply: unknown): unknown[] {
  if (!Array.isArray(reply)) throw new RedisUnavailable('Redis sent an unexpected reply');
  return reply;
}

function toChanges(reply: unknown): PresenceChange[] {
  return toList(reply).map((change) => {
    const [room, user, before, after, version, total] = toList(change);
    if (!isStatus(before) || !isStatus(after)) throw new RedisUnavailable('Redis sent an unexpected reply');
    return { room: String(room), user: String(user), before, after, version: Number(version), total: Number(total) };
  });
}
