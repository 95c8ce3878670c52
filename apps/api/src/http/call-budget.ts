import fp from 'fastify-plugin';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { SharedLimits } from '../redis/shared-limits.ts';
import type { ClientRequest } from './client-address.ts';
import { HttpProblem } from './http-problem.ts';
import { networkOf } from './network.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Points that a call of this route costs. Defaults to 1. 0: free. */
    cost?: number;
    /** Whether the route ignores the `Authorization` header. All calls are then charged to the address. */
    anonymous?: boolean;
  }
}

export interface CallBudgetOptions {
  /** Points per second of one user, averaged over ten seconds. 0: no limit. */
  readonly callsPerSecond: number;
}

const windowSeconds = 10;
/** Users may share an address, and most of their calls are charged to the user. */
const addressFactor = 10;

interface Budget {
  /** Of this node. */
  readonly local: RateLimiterMemory;
  /** Of all nodes. */
  readonly shared: RateLimiterRedis | undefined;
}

/**
 * The budgets for API calls: one per user, one per API key, and one per address for unauthenticated calls. A request is charged once.
 *
 * Each node has its own budgets, because most calls cost one point and load little but the node. With several nodes, calls that cost more
 * are also charged to a budget of the same size for all nodes, because they load the database, which the nodes share.
 */
export class CallBudget {
  readonly #callsPerSecond: number;
  readonly #users: Budget;
  readonly #addresses: Budget;
  readonly #keys: Budget;
  readonly #sharedLimits: SharedLimits | undefined;
  readonly #charged = new WeakSet<ClientRequest>();

  /** @param sharedLimits absent with one node */
  constructor({ callsPerSecond }: CallBudgetOptions, sharedLimits?: SharedLimits) {
    const budget = (factor: number): Budget => {
      const size = { points: callsPerSecond * windowSeconds * factor, duration: windowSeconds };
      const shared =
        sharedLimits === undefined
          ? undefined
          : new RateLimiterRedis({
              ...size,
              storeClient: sharedLimits.redis,
              keyPrefix: '',
              // A key above the limit is not looked up again before its window ends.
              inMemoryBlockOnConsumed: size.points,
            });
      return { local: new RateLimiterMemory(size), shared };
    };
    this.#callsPerSecond = callsPerSecond;
    this.#sharedLimits = sharedLimits;
    this.#users = budget(1);
    this.#addresses = budget(addressFactor);
    this.#keys = budget(addressFactor);
  }

  /** @throws HttpProblem 429 `rate_limited` */
  chargeUser(user: string, request: ClientRequest): Promise<void> {
    return this.#charge(this.#users, `user:${user}`, request, user);
  }

  /** Charges an API key, whose budget is as large as that of an address. @throws HttpProblem 429 `rate_limited` */
  chargeKey(id: string, request: ClientRequest): Promise<void> {
    return this.#charge(this.#keys, `key:${id}`, request);
  }

  /** Charges the network of the client's address. @throws HttpProblem 429 `rate_limited` */
  chargeAddress(request: ClientRequest): Promise<void> {
    return this.#charge(this.#addresses, `address:${networkOf(request.clientAddress)}`, request);
  }

  async #charge({ local, shared }: Budget, key: string, request: ClientRequest, user?: string): Promise<void> {
    const cost = request.routeOptions?.config.cost ?? 1;
    if (this.#callsPerSecond === 0 || cost === 0 || this.#charged.has(request)) return;
    this.#charged.add(request);
    try {
      await local.consume(key, cost);
      if (shared !== undefined && cost > 1) {
        await this.#sharedLimits?.ask(() => shared.consume(`{usher-calls:${key}}`, cost), isLimitReached);
      }
    } catch (error) {
      if (!isLimitReached(error)) throw error;
      // The limiter uses the wall clock, which may be set back.
      throw new HttpProblem('rate_limited', {
        retryAfterMs: Math.min(error.msBeforeNext, windowSeconds * 1_000),
        user,
      });
    }
  }
}

const isLimitReached = (error: unknown): error is RateLimiterRes => error instanceof RateLimiterRes;

/** Charges the address for API calls without a token. `authenticate` charges calls with a token. */
export const callBudget = fp<{ readonly budget: CallBudget }>(
  (app, { budget }, done) => {
    app.addHook('onRequest', (request, _reply, next) => {
      const { authorization } = request.headers;
      const { anonymous = false } = request.routeOptions.config;
      if (!request.url.startsWith('/api/') || (authorization !== undefined && !anonymous)) {
        next();
        return;
      }
      budget.chargeAddress(request).then(() => {
        next();
      }, next);
    });
    done();
  },
  { name: 'call-budget', fastify: '5.x' },
);
