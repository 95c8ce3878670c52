import { hash } from 'node:crypto';
import { newTicket } from './new-ticket.ts';
import {
  type CallOptions,
  type ConsumeResult,
  type IssueResult,
  type TicketClaims,
  type TicketStore,
  TicketStoreUnavailable,
} from './ticket-store.ts';

export interface MemoryTicketStoreOptions {
  /** Lifetime of a ticket from the start of its slot, in milliseconds. Defaults to 30,000. */
  readonly ttlMs?: number;
  /** Maximum number of outstanding tickets per session. Defaults to 10. */
  readonly maxOutstandingPerSession?: number;
  /** Maximum number of tickets issued per session and minute. Defaults to 60. */
  readonly maxPerMinutePerSession?: number;
  /** Maximum number of stored tickets, consumed ones included. Above it, `issue` rejects. Defaults to 200,000. */
  readonly maxEntries?: number;
  /** Shares its tickets with all stores that receive the same object. Defaults to a new, empty object. */
  readonly data?: MemoryTicketData;
  /** Unix milliseconds, for `expiresAt`. Defaults to `Date.now()`. */
  readonly now?: () => number;
  /** Monotonic milliseconds, for lifetimes and limits. Defaults to `now` if that is given, else to `performance.now()`. */
  readonly monotonicNow?: () => number;
}

/** A ticket is accepted up to this long before its slot starts. */
const slotToleranceMs = 1_000;
const minuteMs = 60_000;

/** Times are monotonic milliseconds. */
interface Entry {
  readonly claims: TicketClaims;
  readonly startsAt: number;
  readonly expiresAt: number;
  state: 'valid' | 'used' | 'revoked';
}

/** The tickets of one session. Removed when it contains nothing that affects a limit. */
interface Account {
  /** Keys of the outstanding tickets. */
  readonly outstanding: Set<string>;
  /** Issue times within the last minute, the oldest first. Its length is bounded by the limit per minute. */
  readonly issuedAt: number[];
}

/** The tickets of memory stores. Several stores of one process can share it, as nodes share a database. */
export class MemoryTicketData {
  /** By the SHA-256 of the ticket, in the order of issue. */
  readonly entries = new Map<string, Entry>();
  readonly accounts = new Map<string, Account>();
}

/**
 * Creates a ticket store in the memory of this process, for deployments with one node. A restart invalidates all tickets.
 * There is no background work: `issue` removes expired entries.
 *
 * @throws RangeError if a limit is not a positive integer.
 */
export function createMemoryTicketStore(options: MemoryTicketStoreOptions = {}): TicketStore {
  return new MemoryTicketStore(options);
}

class MemoryTicketStore implements TicketStore {
  readonly #ttlMs: number;
  readonly #maxOutstanding: number;
  readonly #maxPerMinute: number;
  readonly #maxEntries: number;
  readonly #now: () => number;
  readonly #unixNow: () => number;
  readonly #entries: Map<string, Entry>;
  readonly #accounts: Map<string, Account>;
  /** Position of the sweep. Each issue visits more entries than it adds, so the sweep keeps up with any rate of calls. */
  #sweeper: Iterator<string> | undefined;
  #accountSweeper: Iterator<string> | undefined;
  /** The earliest expiry found by the last full scan. Before it, another scan would free no entry. */
  #fullUntil = 0;

  constructor(options: MemoryTicketStoreOptions) {
    this.#ttlMs = positive('ttlMs', options.ttlMs ?? 30_000);
    this.#maxOutstanding = positive('maxOutstandingPerSession', options.maxOutstandingPerSession ?? 10);
    this.#maxPerMinute = positive('maxPerMinutePerSession', options.maxPerMinutePerSession ?? 60);
    this.#maxEntries = positive('maxEntries', options.maxEntries ?? 200_000);
    this.#now = options.monotonicNow ?? options.now ?? (() => performance.now());
    this.#unixNow = options.now ?? Date.now;
    const { entries, accounts } = options.data ?? new MemoryTicketData();
    this.#entries = entries;
    this.#accounts = accounts;
  }

  // Async, so that exceptions become rejections, as the port guarantees.
  async issue(claims: TicketClaims, startsInMs = 0, { signal }: CallOptions = {}): Promise<IssueResult> {
    signal?.throwIfAborted();
    const now = this.#now();
    this.#sweep(now);
    const account = this.#account(claims.session, now);
    const [firstIssuedAt] = account.issuedAt;
    if (account.issuedAt.length >= this.#maxPerMinute && firstIssuedAt !== undefined) {
      return refuse(firstIssuedAt + minuteMs - now);
    }
    if (account.outstanding.size >= this.#maxOutstanding) return refuse(this.#nextExpiry(account, now) - now);
    if (this.#entries.size >= this.#maxEntries) this.#freeEntries(now);
    const ticket = newTicket();
    const key = keyOf(ticket);
    const lifetimeMs = startsInMs + this.#ttlMs;
    this.#entries.set(key, { claims, startsAt: now + startsInMs, expiresAt: now + lifetimeMs, state: 'valid' });
    account.outstanding.add(key);
    account.issuedAt.push(now);
    return Promise.resolve({ ok: true, ticket, expiresAt: Math.round(this.#unixNow() + lifetimeMs) });
  }

  async consume(ticket: string, endpoint: string, { signal }: CallOptions = {}): Promise<ConsumeResult> {
    signal?.throwIfAborted();
    if (!isTicket(ticket)) return { ok: false, reason: 'malformed' };
    const now = this.#now();
    const key = keyOf(ticket);
    const entry = this.#entries.get(key);
    if (entry === undefined) return { ok: false, reason: 'unknown' };
    const { claims, state } = entry;
    if (state !== 'valid') return { ok: false, reason: state, claims };
    // Invalidated before the other checks. No `await` separates this from the lookup, so the two are atomic.
    entry.state = 'used';
    this.#accounts.get(claims.session)?.outstanding.delete(key);
    if (now >= entry.expiresAt) return { ok: false, reason: 'expired', claims };
    if (now < entry.startsAt - slotToleranceMs) return { ok: false, reason: 'early', claims };
    if (claims.endpoint !== endpoint) return { ok: false, reason: 'endpoint', claims };
    return Promise.resolve({ ok: true, claims });
  }

  async revokeSession(session: string, { signal }: CallOptions = {}): Promise<number> {
    signal?.throwIfAborted();
    const account = this.#accounts.get(session);
    if (account === undefined) return 0;
    const now = this.#now();
    let revoked = 0;
    for (const key of account.outstanding) {
      const entry = this.#entries.get(key);
      if (entry === undefined) continue;
      entry.state = 'revoked';
      if (now < entry.expiresAt) revoked += 1;
    }
    account.outstanding.clear();
    return Promise.resolve(revoked);
  }

  #account(session: string, now: number): Account {
    let account = this.#accounts.get(session);
    if (account === undefined) this.#accounts.set(session, (account = { outstanding: new Set(), issuedAt: [] }));
    this.#removeExpired(account, now);
    return account;
  }

  #removeExpired({ outstanding, issuedAt }: Account, now: number): void {
    while (issuedAt[0] !== undefined && issuedAt[0] <= now - minuteMs) issuedAt.shift();
    for (const key of outstanding) {
      const entry = this.#entries.get(key);
      if (entry === undefined || now >= entry.expiresAt) outstanding.delete(key);
    }
  }

  #nextExpiry({ outstanding }: Account, now: number): number {
    let next = Infinity;
    for (const key of outstanding) next = Math.min(next, this.#entries.get(key)?.expiresAt ?? now);
    return next;
  }

  /** Visits the next few entries and removes the expired ones. A removed ticket is `unknown` from then on. */
  #sweep(now: number): void {
    this.#sweeper = step(this.#entries, this.#sweeper, (key, entry) => {
      if (now >= entry.expiresAt) this.#entries.delete(key);
    });
    this.#accountSweeper = step(this.#accounts, this.#accountSweeper, (session, account) => {
      this.#removeExpired(account, now);
      if (account.issuedAt.length === 0 && account.outstanding.size === 0) this.#accounts.delete(session);
    });
  }

  /** Scans all entries, unless no ticket can have expired since the last scan. */
  #freeEntries(now: number): void {
    if (now >= this.#fullUntil) {
      this.#fullUntil = Infinity;
      for (const [key, { expiresAt }] of this.#entries) {
        if (now >= expiresAt) this.#entries.delete(key);
        else this.#fullUntil = Math.min(this.#fullUntil, expiresAt);
      }
    }
    if (this.#entries.size >= this.#maxEntries) throw new TicketStoreUnavailable('the ticket store is full');
  }
}

/** Visits the next two entries of a map: one call adds at most one, so the sweep stays ahead. Returns the position for the next call. */
function step<V extends object>(
  map: Map<string, V>,
  position: Iterator<string> | undefined,
  visit: (key: string, value: V) => void,
): Iterator<string> | undefined {
  const keys = position ?? map.keys();
  for (let n = 0; n < 2; n += 1) {
    const next = keys.next();
    if (next.done === true) return undefined;
    const value = map.get(next.value);
    if (value !== undefined) visit(next.value, value);
  }
  return keys;
}

function refuse(retryAfterMs: number): IssueResult {
  return { ok: false, reason: 'too_many_tickets', retryAfterMs: Math.max(1, Math.ceil(retryAfterMs)) };
}

/** Whether a text has the form of a ticket: 32 bytes in base64url. */
function isTicket(text: string): boolean {
  return /^[\w-]{43}$/.test(text);
}

function keyOf(ticket: string): string {
  return hash('sha256', ticket, 'base64url');
}

function positive(name: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`${name} must be a positive integer`);
  return value;
}
