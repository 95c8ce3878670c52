import type { IncomingMessage } from 'node:http';
import type { Protocol, RoomsProtocol } from '@usher/protocol';
import { frameworkGate, type HttpAnswer } from '@usher/ticket/node';
import type { Context, Env, Hono, Schema } from 'hono';
import { holderOf } from './http/claims.ts';
import type { UsherOptions } from './options.ts';
import { compose } from './usher/compose.ts';
import type { Usher } from './usher/usher.ts';

export type { Usher } from './usher/usher.ts';

/** `authenticate` defaults to the claims `sub` and `sid` that the middleware `jwt` of `hono/jwt` has verified. */
export type HonoUsherOptions<P extends Protocol = RoomsProtocol> = Omit<UsherOptions<P, Context>, 'authenticate'> &
  Partial<Pick<UsherOptions<P, Context>, 'authenticate'>>;

/**
 * Adds the ticket call to a Hono app that `@hono/node-server` serves, after the middleware that is already there: authentication and CORS apply
 * to it. Pass the server to `usher.attach`: `usher.attach(serve({ fetch: app.fetch, port: 3000 }) as Server)`. Call `usher.close()` before the
 * server closes.
 *
 * @throws like `createUsher`
 */
export async function createHonoUsher<P extends Protocol = RoomsProtocol, E extends Env = Env>(
  app: Hono<E, Schema>,
  options: HonoUsherOptions<P>,
): Promise<Usher<P>> {
  const complete: UsherOptions<P, Context> = {
    authenticate: (context) => holderOf(context.get('jwtPayload')),
    ...options,
  };
  const { usher, form } = await compose(complete, frameworkGate);
  app.get(form.ticketPath, async (context) => {
    // Hono passes HEAD requests to the handlers of GET, which would issue a ticket and not return it.
    if (context.req.raw.method !== 'GET') return context.notFound();
    let response: HttpAnswer | undefined;
    await form.answer(context as Context, rawOf(context as Context), (result) => {
      response = result;
    });
    return toResponse(response);
  });
  app.options(form.ticketPath, (context) => {
    const preflight = form.preflight(rawOf(context as Context));
    return preflight === undefined ? context.notFound() : toResponse(preflight);
  });
  return usher;
}

/** @throws Error unless `@hono/node-server` serves the app */
function rawOf(context: Context): IncomingMessage {
  const { incoming } = (context.env ?? {}) as { readonly incoming?: IncomingMessage };
  if (incoming === undefined) throw new Error('createHonoUsher requires @hono/node-server');
  return incoming;
}

/** The middleware `cors` of Hono replaces the CORS headers afterwards. */
function toResponse(result: HttpAnswer | undefined): Response {
  const headers = new Headers();
  const list = result?.headers ?? [];
  for (let index = 0; index + 1 < list.length; index += 2) headers.set(list[index] ?? '', list[index + 1] ?? '');
  return new Response(result?.body ?? null, { status: result?.status ?? 500, headers });
}
