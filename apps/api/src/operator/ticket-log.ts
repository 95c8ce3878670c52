/** A ticket call that was granted. */
export interface IssuedTicket {
  readonly receipt: string;
  /** Unix milliseconds. */
  readonly at: number;
  readonly user: string;
}

/** How long a receipt can be looked up, in milliseconds. */
const keptMs = 86_400_000;

/**
 * The last ticket calls of this node that were granted, in memory: at most `capacity` of the last 24 hours. Each takes 48 bytes, because user names are
 * shared with other records.
 */
export class TicketLog {
  readonly #capacity: number;
  readonly #now: () => number;
  readonly #receipts: string[] = [];
  readonly #at: number[] = [];
  readonly #users: string[] = [];
  #count = 0;

  /** @param now returns Unix milliseconds */
  constructor(capacity: number, now: () => number = Date.now) {
    this.#capacity = capacity;
    this.#now = now;
  }

  add(receipt: string, user: string): void {
    const slot = this.#count % this.#capacity;
    this.#receipts[slot] = receipt;
    this.#at[slot] = this.#now();
    this.#users[slot] = user;
    this.#count += 1;
  }

  /** Returns the ticket call with this receipt, the last one if two have the same. */
  find(receipt: string): IssuedTicket | undefined {
    const slot = this.#receipts.lastIndexOf(receipt);
    if (slot === -1) return undefined;
    const at = this.#at[slot] ?? 0;
    return at < this.#now() - keptMs ? undefined : { receipt, at, user: this.#users[slot] ?? '' };
  }
}
