import { hash } from 'node:crypto';
import { newTicket } from './new-ticket.ts';
import {
  type ConsumeResult,
  type IssueResult,
  type TicketClaims,
  type TicketStore,
  TicketStoreUnavailable,
} from './ticket-store.ts';

export interface MemoryTicketStoreOptions {
  /** How long a ticket lives from its slot on, in milliseconds; 30,000 unless told. */
  readonly ttlMs?: number;
  /** Tickets of one session that may be outstanding at once; 10 unless told. */
  readonly maxOutstandingPerSession?: number;
  /** Tickets that one session may ask for in a minute; 60 unless told. */
  readonly maxPerMinutePerSession?: number;
  /** Tickets remembered at once, spent ones included; 200,000 unless told. Full, the store is unavailable. */
  readonly maxEntries?: number;
  /** Unix milliseconds, for `expiresAt`. Defaults to `Date.now()`. */
  readonly now?: () => number;
  /** Monotonic milliseconds, for lifetimes and limits. Defaults to `now` if that is given, else to `performance.now()`. */
  readonly monotonicNow?: () => number;
}

/** A ticket used more than this before its slot is too early. */
const slotToleranceMs = 1_000;
const minuteMs = 60_000;

/** Times are monotonic milliseconds. */
interface Entry {
  readonly claims: TicketClaims;
  readonly startsAt: number;
  readonly expiresAt: number;
  state: 'good' | 'used' | 'revoked';
}

/** What one session asked for and has. Kept only while it says something. */
interface Account {
  /** Keys of its outstanding tickets. */
  readonly outstanding: Set<string>;
  /** When it asked within the last minute, oldest first; never more than the limit. */
  readonly asked: number[];
}

/**
 * Tickets in this process's memory: for one node. A restart forgets them all, which is the safe side.
 * Nothing runs in the background: expired entries are let go as new tickets are issued and used.
 *
 * @throws RangeError when a limit is not a positive integer.
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
  /** By SHA-256 of the ticket, in the order of their making. */
  readonly #entries = new Map<string, Entry>();
  readonly #accounts = new Map<string, Account>();
  /** Where the sweep goes on: several entries are looked at for one made, so that it always wins. */
  #sweeper: Iterator<[string, Entry]> | undefined;
  #accountSweeper: Iterator<[string, Account]> | undefined;
  /** When the first of the tickets expires that last were too many. */
  #fullUntil = 0;

  constructor(options: MemoryTicketStoreOptions) {
    this.#ttlMs = positive('ttlMs', options.ttlMs ?? 30_000);
    this.#maxOutstanding = positive('maxOutstandingPerSession', options.maxOutstandingPerSession ?? 10);
    this.#maxPerMinute = positive('maxPerMinutePerSession', options.maxPerMinutePerSession ?? 60);
    this.#maxEntries = positive('maxEntries', options.maxEntries ?? 200_000);
    this.#now = options.monotonicNow ?? options.now ?? (() => performance.now());
    this.#unixNow = options.now ?? Date.now;
  }

  // Async, so that exceptions become rejections, as the port guarantees.
  async issue(claims: TicketClaims, startsInMs = 0): Promise<IssueResult> {
    const now = this.#now();
    this.#sweep(now);
    const account = this.#account(claims.session, now);
    const [firstAsked] = account.asked;
    if (account.asked.length >= this.#maxPerMinute && firstAsked !== undefined) {
      return refuse(firstAsked + minuteMs - now);
    }
    if (account.outstanding.size >= this.#maxOutstanding) return refuse(this.#nextExpiry(account, now) - now);
    if (this.#entries.size >= this.#maxEntries) this.#makeRoom(now);
    const ticket = newTicket();
    const key = keyOf(ticket);
    const livesMs = startsInMs + this.#ttlMs;
    this.#entries.set(key, { claims, startsAt: now + startsInMs, expiresAt: now + livesMs, state: 'good' });
    account.outstanding.add(key);
    account.asked.push(now);
    return Promise.resolve({ ok: true, ticket, expiresAt: Math.round(this.#unixNow() + livesMs) });
  }

  async consume(ticket: string, endpoint: string): Promise<ConsumeResult> {
    if (!isTicket(ticket)) return { ok: false, reason: 'malformed' };
    const now = this.#now();
    this.#sweep(now);
    const key = keyOf(ticket);
    const entry = this.#entries.get(key);
    if (entry === undefined) return { ok: false, reason: 'unknown' };
    const { claims, state } = entry;
    if (state !== 'good') return { ok: false, reason: state, claims };
    // Burned before anything else about it is judged. There is no await between the look and this.
    entry.state = 'used';
    this.#accounts.get(claims.session)?.outstanding.delete(key);
    if (now >= entry.expiresAt) return { ok: false, reason: 'expired', claims };
    if (now < entry.startsAt - slotToleranceMs) return { ok: false, reason: 'early', claims };
    if (claims.endpoint !== endpoint) return { ok: false, reason: 'endpoint', claims };
    return Promise.resolve({ ok: true, claims });
  }

  async revokeSession(session: string): Promise<number> {
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
    if (account === undefined) this.#accounts.set(session, (account = { outstanding: new Set(), asked: [] }));
    this.#tidy(account, now);
    return account;
  }

  #tidy({ outstanding, asked }: Account, now: number): void {
    while (asked[0] !== undefined && asked[0] <= now - minuteMs) asked.shift();
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

  /** A few steps of a walk that never ends; what it lets go can only be told as `unknown`, never as good. */
  #sweep(now: number): void {
    this.#sweeper = step(this.#entries, this.#sweeper, ([key, entry]) => {
      if (now >= entry.expiresAt) this.#entries.delete(key);
    });
    this.#accountSweeper = step(this.#accounts, this.#accountSweeper, ([session, account]) => {
      this.#tidy(account, now);
      if (account.asked.length === 0 && account.outstanding.size === 0) this.#accounts.delete(session);
    });
  }

  /** Looks at everything at once, but not again before there can be anything to find. */
  #makeRoom(now: number): void {
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

function step<K, V>(
  map: Map<K, V>,
  walk: Iterator<[K, V]> | undefined,
  visit: (entry: [K, V]) => void,
): Iterator<[K, V]> | undefined {
  const going = walk ?? map.entries();
  for (let n = 0; n < 4; n += 1) {
    const next = going.next();
    if (next.done === true) return undefined;
    visit(next.value);
  }
  return going;
}

function refuse(retryAfterMs: number): IssueResult {
  return { ok: false, reason: 'too_many_tickets', retryAfterMs: Math.max(1, Math.ceil(retryAfterMs)) };
}

/** 32 bytes in base64url, and nothing else: whatever is not that need not be looked up. */
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
