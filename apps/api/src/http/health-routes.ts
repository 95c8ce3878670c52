import type { FastifyPluginCallback } from 'fastify';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../database/schema.ts';
import { HttpProblem } from './http-problem.ts';

export interface HealthRoutesOptions {
  readonly db: Kysely<Tables>;
  readonly draining: () => boolean;
}

/** For whoever watches the process: `live` while it answers at all, `ready` while new people may be sent here. */
export const healthRoutes: FastifyPluginCallback<HealthRoutesOptions> = (app, { db, draining }, done) => {
  app.get('/health/live', { config: { cost: 0 } }, (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'live' }),
  );
  app.get('/health/ready', { config: { cost: 0 } }, async (_request, reply) => {
    if (draining()) throw new HttpProblem('draining', { retryAfterMs: 1_000 });
    try {
      await sql`SELECT 1`.execute(db);
    } catch (cause) {
      throw new HttpProblem('store_unavailable', { retryAfterMs: 1_000, cause });
    }
    return reply.header('cache-control', 'no-store').send({ status: 'ready' });
  });
  done();
};
