import type { EndCause } from '@usher/protocol';
import { endCauses } from '@usher/protocol/server';
import type { Logger, RevocableSessions } from '@usher/realtime';
import type { Cluster, Redis } from 'ioredis';

/** Sessions that have ended, for applications whose access tokens are valid without a database. */
export interface EndedSessions extends RevocableSessions {
  /** Called on every node when a session was revoked on any node. Must not throw. */
  revoked(session: string): void;
}

/** The maximum number of ended sessions in the memory of a node. */
const maxSessions = 100_000;

interface Ended {
  readonly cause: EndCause;
  /** Monotonic milliseconds. */
  readonly until: number;
}

/** Stores ended sessions in the memory of this node. They are lost in a restart. */
export class MemoryEndedSessions implements EndedSessions {
  readonly #keepMs: number;
  readonly #log: Logger;
  /** Oldest first. */
  readonly #ended = new Map<string, Ended>();

  constructor(keepMs: number, log: Logger) {
    this.#keepMs = keepMs;
    this.#log = log;
  }

  end(sessions: readonly string[], cause: EndCause): Promise<void> {
    for (const session of sessions) this.#add(session, cause);
    return Promise.resolve();
  }

  causesOfEnd(pairs: readonly { readonly session: string }[]): Promise<readonly (EndCause | undefined)[]> {
    const now = performance.now();
    return Promise.resolve(
      pairs.map(({ session }) => {
        const ended = this.#ended.get(session);
        return ended !== undefined && ended.until > now ? ended.cause : undefined;
      }),
    );
  }

  revoked(session: string): void {
    this.#add(session, 'signed_out');
  }

  #add(session: string, cause: EndCause): void {
    if (this.#ended.has(session)) return;
    const now = performance.now();
    for (const [oldest, { until }] of this.#ended) {
      if (until > now && this.#ended.size < maxSessions) break;
      if (until > now) this.#log.warn({}, 'too many ended sessions in memory: pass sessions to createUsher');
      this.#ended.delete(oldest);
    }
    this.#ended.set(session, { cause, until: now + this.#keepMs });
  }
}

/** Stores ended sessions in Redis or Valkey, for all nodes. */
export class RedisEndedSessions implements EndedSessions {
  readonly #redis: Redis | Cluster;
  readonly #prefix: string;
  readonly #keepMs: number;

  /** @param prefix has a hash tag, so that all keys share a slot of Redis Cluster */
  constructor(redis: Redis | Cluster, prefix: string, keepMs: number) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#keepMs = keepMs;
  }

  async end(sessions: readonly string[], cause: EndCause): Promise<void> {
    // NX: a session that has ended keeps its cause.
    await Promise.all(
      sessions.map((session) => this.#redis.set(this.#key(session), cause, 'PX', Math.ceil(this.#keepMs), 'NX')),
    );
  }

  async causesOfEnd(pairs: readonly { readonly session: string }[]): Promise<readonly (EndCause | undefined)[]> {
    if (pairs.length === 0) return [];
    const values = await this.#redis.mget(pairs.map(({ session }) => this.#key(session)));
    return pairs.map((_, index) => {
      const value = values[index] ?? undefined;
      // Every value ends the session, even one that a later version has written.
      return value === undefined ? undefined : (endCauses.find((cause) => cause === value) ?? 'signed_out');
    });
  }

  revoked(): void {
    // `end` has stored it for all nodes.
  }

  #key(session: string): string {
    return `${this.#prefix}:${session}`;
  }
}
