import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { HttpProblem } from './http-problem.ts';
import { networkOf } from './network.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a call of this route costs its caller's budget. Defaults to 1; 0 is free. */
    cost?: number;
    /** The route ignores the `Authorization` header, so that every call of it is charged to the address. */
    anonymous?: boolean;
  }
}

export interface CallBudgetOptions {
  /** Points per second of one user, averaged over ten seconds. 0: no limit. */
  readonly callsPerSecond: number;
}

export interface CallBudget {
  /** @throws HttpProblem 429 `rate_limited`. A request is charged once; later charges do nothing. */
  chargeUser(user: string, request: FastifyRequest): Promise<void>;
  /** Charges the network of the client's address. @throws HttpProblem 429 `rate_limited` */
  chargeAddress(request: FastifyRequest): Promise<void>;
}

const windowSeconds = 10;
/** Many people may share an address, and most of what they do is charged to themselves. */
const addressFactor = 10;

/** What calls of the API may cost: of each user, and of each address for calls that no user could be charged for. */
export function createCallBudget({ callsPerSecond }: CallBudgetOptions): CallBudget {
  const limiter = (factor: number): RateLimiterMemory =>
    new RateLimiterMemory({ points: callsPerSecond * windowSeconds * factor, duration: windowSeconds });
  const users = limiter(1);
  const addresses = limiter(addressFactor);
  const charged = new WeakSet<FastifyRequest>();

  async function charge(budget: RateLimiterMemory, key: string, request: FastifyRequest): Promise<void> {
    const { cost = 1 } = request.routeOptions.config;
    if (callsPerSecond === 0 || cost === 0 || charged.has(request)) return;
    charged.add(request);
    try {
      await budget.consume(key, cost);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      // The limiter reads the wall clock, which may have been set back.
      throw new HttpProblem('rate_limited', { retryAfterMs: Math.min(error.msBeforeNext, windowSeconds * 1_000) });
    }
  }

  return {
    chargeUser: (user, request) => charge(users, user, request),
    chargeAddress: (request) => charge(addresses, networkOf(request.ip), request),
  };
}

/** Charges the address for every call of the API without a token. Calls with a token are charged where it is verified. */
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
