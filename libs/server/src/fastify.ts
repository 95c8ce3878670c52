import type { Protocol, RoomsProtocol } from '@usher/protocol';
import { bearerIdentity } from '@usher/ticket/fastify';
import { frameworkGate, type HttpAnswer } from '@usher/ticket/node';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { headersFor } from './http/responses.ts';
import type { UsherOptions } from './options.ts';
import { compose } from './usher/compose.ts';
import type { Usher } from './usher/usher.ts';

export type { Usher } from './usher/usher.ts';

/**
 * `authenticate` defaults to `request.jwtVerify()` of `@fastify/jwt` with the claims `sub` and `sid`, and `log` to the app's logger. Fastify does
 * not reveal its `trustProxy`: behind a proxy, set the option here too.
 */
export type FastifyUsherOptions<P extends Protocol = RoomsProtocol> = Omit<
  UsherOptions<P, FastifyRequest>,
  'authenticate'
> &
  Partial<Pick<UsherOptions<P, FastifyRequest>, 'authenticate'>>;

declare module 'fastify' {
  interface FastifyInstance {
    /** Tickets, gate, connections and rooms of this server. */
    readonly usher: Usher;
  }
}

/**
 * Adds Usher to a Fastify server and returns it, with the types of your own protocol. The ticket call is a route, so the app's hooks and CORS
 * apply to it. When the app closes, the connections are drained.
 *
 * @throws like `createUsher`
 */
export async function createFastifyUsher<P extends Protocol = RoomsProtocol>(
  app: FastifyInstance,
  options: FastifyUsherOptions<P>,
): Promise<Usher<P>> {
  const complete: UsherOptions<P, FastifyRequest> = { authenticate: bearerIdentity, log: app.log, ...options };
  const { usher, form } = await compose(complete, frameworkGate);
  try {
    usher.attach(app.server);
  } catch (error) {
    await usher.close();
    throw error;
  }
  // Fastify's automatic HEAD route would issue a ticket and not return it.
  app.get(form.ticketPath, { exposeHeadRoute: false }, async (request, reply) => {
    await form.answer(request, request.raw, (result) => {
      send(reply, result);
    });
    return reply;
  });
  app.options(form.ticketPath, (request, reply) => {
    const preflight = form.preflight(request.raw);
    if (preflight === undefined) reply.callNotFound();
    else send(reply, preflight);
  });
  app.addHook('preClose', () => usher.close());
  return usher;
}

/** The Fastify plugin: `createFastifyUsher`, with the result as `app.usher`. */
export const usher = fp<FastifyUsherOptions>(
  async (app, options) => {
    app.decorate('usher', await createFastifyUsher(app, options));
  },
  { name: '@usher/server', fastify: '5.x' },
);

function send(reply: FastifyReply, result: HttpAnswer): void {
  for (const [name, value] of headersFor(result, (set) => reply.hasHeader(set))) reply.header(name, value);
  reply.code(result.status).send(result.body);
}
