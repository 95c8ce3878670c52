import type { Refusal, RefusalGroups, RefusalGroupsQuery, RefusalsQuery } from '@usher/operator-api';
import { type LocalPage, PageBuilder, type Position } from './paging.ts';
import { type RefusalSummary, SummaryBuilder } from './refusal-summary.ts';
import { keptChars, StringPool } from './string-pool.ts';

/** A rejected request. Texts of the client are cut and shared. */
export interface NewRefusal extends Pick<Refusal, 'kind' | 'code' | 'reason'> {
  readonly user?: string | undefined;
  readonly address?: string | undefined;
  readonly origin?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly receipt?: string | undefined;
}

export type RefusalFilter = Omit<RefusalsQuery, 'cursor' | 'limit'>;

type Group = RefusalGroups['groups'][number];

export interface RefusalLogOptions {
  readonly node: string;
  /** Maximum number of refusals. Beyond it the oldest one is dropped. */
  readonly capacity: number;
  readonly pool?: StringPool;
  /** Unix milliseconds. Defaults to `Date.now`. */
  readonly now?: () => number;
}

/**
 * The last refusals of this node, in memory. Adding one takes microseconds, because a server under attack rejects thousands per
 * second. One refusal takes 72 bytes plus its texts; a text that is repeated is kept once.
 */
export class RefusalLog {
  readonly #node: string;
  readonly #capacity: number;
  readonly #pool: StringPool;
  readonly #now: () => number;
  // One array for each field: no objects that the garbage collector would have to visit.
  readonly #at: number[] = [];
  readonly #kinds: Refusal['kind'][] = [];
  readonly #codes: string[] = [];
  readonly #reasons: string[] = [];
  readonly #users: (string | undefined)[] = [];
  readonly #addresses: (string | undefined)[] = [];
  readonly #origins: (string | undefined)[] = [];
  readonly #userAgents: (string | undefined)[] = [];
  readonly #receipts: (string | undefined)[] = [];
  /** The number of refusals so far. */
  #count = 0;
  #lastAt = 0;

  constructor({ node, capacity, pool = new StringPool(), now = Date.now }: RefusalLogOptions) {
    this.#node = node;
    this.#capacity = capacity;
    this.#pool = pool;
    this.#now = now;
  }

  /** The number of refusals so far, including dropped ones. */
  get count(): number {
    return this.#count;
  }

  add({ kind, code, reason, user, address, origin, userAgent, receipt }: NewRefusal): void {
    const pool = this.#pool;
    const slot = this.#count % this.#capacity;
    // Never earlier than the previous one, even if the clock is set back, so that the order of the log is the order of its times.
    this.#lastAt = Math.max(this.#lastAt, this.#now());
    this.#at[slot] = this.#lastAt;
    this.#kinds[slot] = kind;
    this.#codes[slot] = code;
    this.#reasons[slot] = reason;
    this.#users[slot] = pool.shareIfAny(user, keptChars.user);
    this.#addresses[slot] = pool.shareIfAny(address, keptChars.address, true);
    this.#origins[slot] = pool.shareIfAny(origin, keptChars.origin);
    this.#userAgents[slot] = pool.shareIfAny(userAgent, keptChars.userAgent);
    this.#receipts[slot] = receipt;
    this.#count += 1;
  }

  /** Returns up to `size` refusals after a position, newest first. */
  page(filter: RefusalFilter, size: number, after?: Position): LocalPage<Refusal> {
    const page = new PageBuilder<Refusal>(size, after);
    this.#visit(filter, (slot, number) => {
      const position = { at: this.#at[slot] ?? 0, node: this.#node, id: idOf(number) };
      page.add(position, () => this.#read(slot));
    });
    return page.page;
  }

  /** Returns the largest groups of refusals with the same value of a field, and the number of refusals in all groups. */
  groups({ by, limit, ...filter }: RefusalGroupsQuery & { readonly limit: number }): {
    groups: Group[];
    total: number;
  } {
    const values = this.#fieldOf(by);
    const groups = new Map<string | undefined, { count: number; lastAt: number }>();
    let total = 0;
    this.#visit(filter, (slot) => {
      total += 1;
      const value = values === undefined ? this.#node : values[slot];
      const group = groups.get(value);
      // Newest first, so the first refusal of a group is its last one in time.
      if (group === undefined) groups.set(value, { count: 1, lastAt: this.#at[slot] ?? 0 });
      else group.count += 1;
    });
    return { groups: largestGroups(groups, limit), total };
  }

  /** Returns the refusals of an attempt to connect since a time, in Unix milliseconds, oldest first. */
  findReceipt(receipt: string, since: number): Refusal[] {
    const found: Refusal[] = [];
    this.#visit({ since }, (slot) => {
      if (this.#receipts[slot] === receipt) found.push(this.#read(slot));
    });
    return found.reverse();
  }

  /** Summarizes the refusals since a time, in Unix milliseconds. */
  summarize(since: number): RefusalSummary[] {
    const summaries = new SummaryBuilder();
    this.#visit({ since }, (slot) => {
      summaries.add({
        at: this.#at[slot] ?? 0,
        reason: this.#reasons[slot] ?? '',
        origin: this.#origins[slot],
        address: this.#addresses[slot],
        user: this.#users[slot],
      });
    });
    return summaries.build();
  }

  #visit(filter: RefusalFilter, visit: (slot: number, number: number) => void): void {
    const { kind, reason, user, address, origin, node, since } = filter;
    if (node !== undefined && node !== this.#node) return;
    const oldest = Math.max(0, this.#count - this.#capacity);
    for (let number = this.#count - 1; number >= oldest; number -= 1) {
      const slot = number % this.#capacity;
      if (since !== undefined && (this.#at[slot] ?? 0) < since) return;
      if (reason !== undefined && this.#reasons[slot] !== reason) continue;
      if (kind !== undefined && this.#kinds[slot] !== kind) continue;
      if (user !== undefined && this.#users[slot] !== user) continue;
      if (address !== undefined && this.#addresses[slot] !== address) continue;
      if (origin !== undefined && this.#origins[slot] !== origin) continue;
      visit(slot, number);
    }
  }

  /** `undefined` for the node, which is the same for all. */
  #fieldOf(by: RefusalGroupsQuery['by']): readonly (string | undefined)[] | undefined {
    switch (by) {
      case 'reason':
        return this.#reasons;
      case 'origin':
        return this.#origins;
      case 'address':
        return this.#addresses;
      case 'user':
        return this.#users;
      case 'node':
        return undefined;
    }
  }

  #read(slot: number): Refusal {
    return withoutAbsent({
      receipt: this.#receipts[slot],
      at: this.#at[slot] ?? 0,
      kind: this.#kinds[slot] ?? 'handshake',
      code: this.#codes[slot] ?? '',
      reason: this.#reasons[slot] ?? '',
      user: this.#users[slot],
      address: this.#addresses[slot],
      origin: this.#origins[slot],
      userAgent: this.#userAgents[slot],
      node: this.#node,
    });
  }
}

/** The position of a refusal within its millisecond: its number with leading zeros, so that texts compare like numbers. */
function idOf(number: number): string {
  return number.toString(36).padStart(10, '0');
}

/** Returns at most `limit` groups, largest first. */
export function largestGroups(
  groups: ReadonlyMap<string | undefined, { readonly count: number; readonly lastAt: number }>,
  limit: number,
): Group[] {
  const sorted = [...groups].sort(([, one], [, other]) => other.count - one.count || other.lastAt - one.lastAt);
  return sorted
    .slice(0, limit)
    .map(([value, { count, lastAt }]) => ({ ...(value === undefined ? {} : { value }), count, lastAt }));
}

/** The keys of an object whose values may be `undefined` become optional. */
type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Returns the object without its undefined fields. */
export function withoutAbsent<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}
