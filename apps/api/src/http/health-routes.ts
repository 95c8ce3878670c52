import type { FastifyPluginCallback } from 'fastify';
import { HttpProblem } from './http-problem.ts';

export interface HealthRoutesOptions {
  /** Whether messages can be stored. */
  readonly storageReady: () => Promise<boolean>;
  readonly draining: () => boolean;
}

/** `live` returns 200 while the process responds, `ready` while the server should receive new clients. */
export const healthRoutes: FastifyPluginCallback<HealthRoutesOptions> = (app, { storageReady, draining }, done) => {
  app.get('/health/live', { config: { cost: 0 } }, (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'live' }),
  );
  app.get('/health/ready', { config: { cost: 0 } }, async (_request, reply) => {
    if (draining()) throw new HttpProblem('draining', { retryAfterMs: 1_000 });
    if (!(await storageReady())) throw new HttpProblem('store_unavailable', { retryAfterMs: 5_000 });
    return reply.header('cache-control', 'no-store').send({ status: 'ready' });
  });
  done();
};
