import { createHash, hash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import { newTicket } from '../new-ticket.ts';
import {
  type CallOptions,
  type ConsumeResult,
  type IssueResult,
  type TicketClaims,
  type TicketRejectionReason,
  type TicketStore,
  TicketStoreUnavailable,
} from '../ticket-store.ts';
import { consumeScript, issueScript, revokeScript } from './scripts.ts';

export interface RedisTicketStoreOptions {
  /**
   * A client of `ioredis`, for one server, Sentinel or a cluster. Set `commandTimeout`, `enableOfflineQueue: false` and
   * `maxRetriesPerRequest: 0`, so that calls fail while Redis is unavailable instead of waiting for it.
   */
  readonly redis: Redis | Cluster;
  /** Prefix of all keys. Its braces are the hash tag of Redis Cluster. Defaults to `{usher-tickets}`. */
  readonly prefix?: string;
  /** Lifetime of a ticket from the start of its slot, in milliseconds. Defaults to 30,000. */
  readonly ttlMs?: number;
  /** The longest wait for a slot that `issue` is called with, in milliseconds. Defaults to 60,000. */
  readonly maxWaitMs?: number;
  /** Maximum number of outstanding tickets per session. Defaults to 10. */
  readonly maxOutstandingPerSession?: number;
  /** Maximum number of tickets issued per session and minute. Defaults to 60. */
  readonly maxPerMinutePerSession?: number;
  /**
   * Maximum number of outstanding tickets per user that had to wait for their slot, over all sessions and nodes. With several nodes it
   * replaces `maxPerUser` of `ConnectSlots`, which counts on its node only. A ticket without a wait delays no other client, and does not
   * count. Defaults to no limit.
   */
  readonly maxQueuedPerUser?: number;
  /**
   * The number of replicas that must confirm the use of a ticket before the handshake continues (`WAIT`). Defaults to 0: Redis
   * replicates asynchronously, so that after a failover a ticket used in the last moments can be valid again until it expires.
   * Not supported with Redis Cluster.
   */
  readonly waitForReplicas?: number;
  /** How long to wait for replicas, in milliseconds. Defaults to 100. If they do not confirm in time, the ticket is rejected. */
  readonly waitMs?: number;
  /** Replaces the clock of Redis, in Unix milliseconds. For tests. */
  readonly now?: () => number;
}

/**
 * How much longer than the longest ticket a revocation is stored, in milliseconds: a ticket call that validated its session before may
 * issue its ticket this long after the revocation.
 */
const issueMs = 10_000;

/** A ticket is accepted up to this long before its slot starts. */
const slotToleranceMs = 1_000;

const rejectionReasons: ReadonlySet<string> = new Set<TicketRejectionReason>([
  'unknown',
  'used',
  'expired',
  'revoked',
  'early',
  'endpoint',
]);

const isRejectionReason = (value: unknown): value is TicketRejectionReason =>
  typeof value === 'string' && rejectionReasons.has(value);

/**
 * Tickets in Redis or Valkey, shared by all nodes. Each call is one round trip and one Lua script, so it is atomic across nodes.
 * Redis must run with `maxmemory-policy noeviction`: an evicted ticket is rejected as unknown, and an evicted revocation would be lost.
 */
export class RedisTicketStore implements TicketStore {
  readonly #redis: Redis | Cluster;
  readonly #prefix: string;
  readonly #limits: {
    readonly ttlMs: number;
    readonly maxOutstanding: number;
    readonly maxPerMinute: number;
    readonly maxQueued: number;
  };
  readonly #longestLifetimeMs: number;
  readonly #waitForReplicas: number;
  readonly #waitMs: number;
  readonly #now: () => number | '';

  /** @throws RangeError if a limit is not a positive integer, or if `waitForReplicas` is set for a cluster. */
  constructor(options: RedisTicketStoreOptions) {
    this.#redis = options.redis;
    this.#prefix = options.prefix ?? '{usher-tickets}';
    this.#limits = {
      ttlMs: atLeast(1, 'ttlMs', options.ttlMs ?? 30_000),
      maxOutstanding: atLeast(1, 'maxOutstandingPerSession', options.maxOutstandingPerSession ?? 10),
      maxPerMinute: atLeast(1, 'maxPerMinutePerSession', options.maxPerMinutePerSession ?? 60),
      maxQueued: atLeast(1, 'maxQueuedPerUser', options.maxQueuedPerUser ?? Number.MAX_SAFE_INTEGER),
    };
    this.#longestLifetimeMs = this.#limits.ttlMs + atLeast(0, 'maxWaitMs', options.maxWaitMs ?? 60_000);
    this.#waitForReplicas = atLeast(0, 'waitForReplicas', options.waitForReplicas ?? 0);
    this.#waitMs = atLeast(1, 'waitMs', options.waitMs ?? 100);
    this.#now = options.now ?? (() => '');
    if (this.#waitForReplicas > 0 && this.#redis.isCluster) {
      throw new RangeError('waitForReplicas is not supported with Redis Cluster');
    }
  }

  async issue(claims: TicketClaims, startsInMs = 0, { signal }: CallOptions = {}): Promise<IssueResult> {
    signal?.throwIfAborted();
    const ticket = newTicket();
    const hash = hashOf(ticket);
    const { ttlMs, maxOutstanding, maxPerMinute, maxQueued } = this.#limits;
    const { user, session, endpoint, receipt, traceparent } = claims;
    const reply = await this.#run(
      issueScript,
      [this.#key('t', hash), this.#key('s', session), this.#key('u', user)],
      [
        hash,
        JSON.stringify({ user, session, endpoint, receipt, traceparent }),
        Math.ceil(startsInMs),
        ttlMs,
        maxOutstanding,
        maxPerMinute,
        maxQueued,
        this.#prefix,
        // The limit per minute needs the times of the last minute.
        Math.max(60_000, this.#longestLifetimeMs),
      ],
    );
    const [issued, value] = Array.isArray(reply) ? (reply as unknown[]) : [];
    if (typeof value !== 'number') throw new TicketStoreUnavailable('Redis sent an unexpected reply');
    return issued === 1
      ? { ok: true, ticket, expiresAt: value }
      : { ok: false, reason: 'too_many_tickets', retryAfterMs: Math.max(1, value) };
  }

  async consume(ticket: string, endpoint: string, { signal }: CallOptions = {}): Promise<ConsumeResult> {
    signal?.throwIfAborted();
    if (!/^[\w-]{43}$/.test(ticket)) return { ok: false, reason: 'malformed' };
    const hash = hashOf(ticket);
    const reply = await this.#run(
      consumeScript,
      [this.#key('t', hash)],
      [hash, this.#prefix, slotToleranceMs],
      this.#waitForReplicas,
    );
    const [outcome, json] = Array.isArray(reply) ? (reply as unknown[]) : [];
    const claims = typeof json === 'string' ? (JSON.parse(json) as TicketClaims) : undefined;
    if (outcome === 'ok' && claims !== undefined) {
      return claims.endpoint === endpoint ? { ok: true, claims } : { ok: false, reason: 'endpoint', claims };
    }
    if (!isRejectionReason(outcome)) throw new TicketStoreUnavailable('Redis sent an unexpected reply');
    return { ok: false, reason: outcome, ...(claims === undefined ? {} : { claims }) };
  }

  async revokeSession(session: string, { signal }: CallOptions = {}): Promise<number> {
    signal?.throwIfAborted();
    const revoked = await this.#run(
      revokeScript,
      [this.#key('s', session)],
      [this.#prefix, this.#longestLifetimeMs + issueMs],
    );
    if (typeof revoked !== 'number') throw new TicketStoreUnavailable('Redis sent an unexpected reply');
    return revoked;
  }

  async ping({ signal }: CallOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    try {
      await this.#redis.ping();
    } catch (error) {
      throw unavailable(error);
    }
  }

  /** Runs a script by its SHA-1. Sends its text if Redis does not know it, for example after a restart. */
  async #run(
    script: string,
    keys: readonly string[],
    args: readonly (string | number)[],
    replicas = 0,
  ): Promise<unknown> {
    const values = [...keys, this.#now(), ...args];
    try {
      const reply: unknown = await this.#redis
        .evalsha(sha1Of(script), keys.length, ...values)
        .catch((error: unknown) => {
          if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
          return this.#redis.eval(script, keys.length, ...values);
        });
      if (replicas > 0) {
        // `WAIT` covers all earlier writes of this connection.
        const confirmed = Number(await this.#redis.call('WAIT', replicas, this.#waitMs));
        if (confirmed < replicas) throw new TicketStoreUnavailable('too few replicas confirmed the use of a ticket');
      }
      return reply;
    } catch (error) {
      throw error instanceof TicketStoreUnavailable ? error : unavailable(error);
    }
  }

  /** @param kind a ticket, session or user, see the scripts */
  #key(kind: 't' | 's' | 'u', name: string): string {
    return `${this.#prefix}:${kind}:${name}`;
  }
}

/** The client attaches the arguments of the command to its errors. They contain the session and must not be logged. */
function unavailable(error: unknown): TicketStoreUnavailable {
  return new TicketStoreUnavailable(
    `Redis is unavailable: ${error instanceof Error ? error.message : 'unknown error'}`,
  );
}

const sha1 = new Map<string, string>();

function sha1Of(script: string): string {
  let sha = sha1.get(script);
  if (sha === undefined) sha1.set(script, (sha = createHash('sha1').update(script).digest('hex')));
  return sha;
}

function hashOf(ticket: string): string {
  return hash('sha256', ticket, 'base64url');
}

function atLeast(min: number, name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= min) return value;
  throw new RangeError(`${name} must be an integer of at least ${min}`);
}
