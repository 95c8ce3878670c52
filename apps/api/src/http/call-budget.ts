import fp from 'fastify-plugin';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
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

/** The budgets for API calls: one per user, and one per address for unauthenticated calls. A request is charged once. */
export class CallBudget {
  readonly #callsPerSecond: number;
  readonly #users: RateLimiterMemory;
  readonly #addresses: RateLimiterMemory;
  readonly #charged = new WeakSet<ClientRequest>();

  constructor({ callsPerSecond }: CallBudgetOptions) {
    const limiter = (factor: number): RateLimiterMemory =>
      new RateLimiterMemory({ points: callsPerSecond * windowSeconds * factor, duration: windowSeconds });
    this.#callsPerSecond = callsPerSecond;
    this.#users = limiter(1);
    this.#addresses = limiter(addressFactor);
  }

  /** @throws HttpProblem 429 `rate_limited` */
  chargeUser(user: string, request: ClientRequest): Promise<void> {
    return this.#charge(this.#users, user, request);
  }

  /** Charges the network of the client's address. @throws HttpProblem 429 `rate_limited` */
  chargeAddress(request: ClientRequest): Promise<void> {
    return this.#charge(this.#addresses, networkOf(request.clientAddress), request);
  }

  async #charge(budget: RateLimiterMemory, key: string, request: ClientRequest): Promise<void> {
    const cost = request.routeOptions?.config.cost ?? 1;
    if (this.#callsPerSecond === 0 || cost === 0 || this.#charged.has(request)) return;
    this.#charged.add(request);
    try {
      await budget.consume(key, cost);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      // The limiter uses the wall clock, which may be set back.
      throw new HttpProblem('rate_limited', { retryAfterMs: Math.min(error.msBeforeNext, windowSeconds * 1_000) });
    }
  }
}

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
