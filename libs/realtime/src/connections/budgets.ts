import { Bucket, type Rate, Refusals } from './bucket.ts';
import type { Limits } from './limits.ts';

/** The budgets that a connection is charged to. Created with its first frame that has a cost. */
export class ConnectionBudget {
  readonly own: Bucket;
  readonly user: Bucket;
  /** Reserved for frames that keep the connection alive. */
  readonly reserve: Bucket;
  readonly refusals = new Refusals();

  constructor(own: Bucket, user: Bucket, reserve: Bucket) {
    this.own = own;
    this.user = user;
    this.reserve = reserve;
  }
}

/** Frames that keep a connection alive are charged to this reserve first, so that they pass when the other budgets are empty. */
const reserveRate: Rate = { perSecond: 1, burst: 10 };
/** The minimum wait that is reported. Earlier retries would mostly fail, because other requests compete for the same budget. */
const shortestRetryMs = 1_000;
/** The number of users without a connection whose budget is kept until it is full. Beyond it the oldest entry is removed. */
const departedAtMost = 10_000;

/**
 * The budgets of requests and signals: one per connection, and one per user for all of their connections on this node. A frame is
 * served only if both budgets are sufficient, and is charged to both. The budget of a user is kept after their last connection until it
 * is full again, so reconnecting does not reset it.
 */
export class Budgets {
  readonly #own: Rate;
  readonly #user: Rate;
  readonly #highestCost: number;
  readonly #refusedAtMost: number;
  readonly #users = new Map<string, Bucket>();
  /** When the last connection of each user closed, in ascending order. */
  readonly #departed = new Map<string, number>();
  readonly #refilledAfterMs: number;

  constructor(limits: Limits) {
    this.#own = rateOf(limits.requestsPerSecond, limits.requestBurst);
    this.#user = rateOf(limits.userRequestsPerSecond, limits.userRequestBurst);
    this.#highestCost = Math.min(this.#own.burst, this.#user.burst);
    this.#refusedAtMost = limits.refusedRequests;
    this.#refilledAfterMs = this.#user.perSecond === 0 ? 0 : (this.#user.burst * 1000) / this.#user.perSecond;
  }

  /** Creates the budget of a new connection. */
  open(user: string, now: number): ConnectionBudget {
    this.#departed.delete(user);
    let bucket = this.#users.get(user);
    if (bucket === undefined) this.#users.set(user, (bucket = new Bucket(this.#user, now)));
    return new ConnectionBudget(new Bucket(this.#own, now), bucket, new Bucket(reserveRate, now));
  }

  /** Records that the last connection of a user has closed. */
  departed(user: string, now: number): void {
    if (!this.#users.has(user)) return;
    this.#departed.delete(user);
    this.#departed.set(user, now);
    for (const [first, at] of this.#departed) {
      if (now - at < this.#refilledAfterMs && this.#departed.size <= departedAtMost) break;
      this.#departed.delete(first);
      this.#users.delete(first);
    }
  }

  /**
   * Charges a frame.
   *
   * @returns 0 if it may be served, otherwise the milliseconds to wait before a retry
   */
  charge(budget: ConnectionBudget, type: string, cost: number, now: number): number {
    if ((type === 'beat' || type === 'renew') && budget.reserve.waitMs(1, now) === 0) {
      budget.reserve.take(1);
      return 0;
    }
    const { own, user } = budget;
    // A frame that costs more than a full bucket is served from a full bucket.
    const charged = Math.min(cost, this.#highestCost);
    const waitMs = Math.max(own.waitMs(charged, now), user.waitMs(charged, now));
    if (waitMs > 0) return Math.max(shortestRetryMs, waitMs);
    own.take(charged);
    user.take(charged);
    return 0;
  }

  /**
   * Counts a rejected frame.
   *
   * @returns whether the connection has reached the limit of rejections and must be closed
   */
  isAbuse(budget: ConnectionBudget, now: number): boolean {
    return budget.refusals.add(now) >= this.#refusedAtMost;
  }
}

/** A rate of 0 means no limit. */
function rateOf(perSecond: number, burst: number): Rate {
  return perSecond === 0 ? { perSecond, burst: Infinity } : { perSecond, burst: Math.max(1, burst) };
}
