import type { Protocol, RoomsProtocol } from '@usher/protocol';
import { frameworkGate } from '@usher/ticket/node';
import type { Application, Request, RequestHandler } from 'express';
import { sendByNode } from './http/responses.ts';
import { holderOf } from './http/claims.ts';
import { clientAddress, expressTrust } from './http/client-address.ts';
import type { UsherOptions } from './options.ts';
import { compose } from './usher/compose.ts';
import type { Usher } from './usher/usher.ts';

export type { Usher } from './usher/usher.ts';

/**
 * `authenticate` defaults to the claims `sub` and `sid` of `request.auth` or `request.user`, which middleware such as `express-jwt` or Passport
 * has verified. The client's address defaults to the setting `trust proxy` of the app.
 */
export type ExpressUsherOptions<P extends Protocol = RoomsProtocol> = Omit<UsherOptions<P, Request>, 'authenticate'> &
  Partial<Pick<UsherOptions<P, Request>, 'authenticate'>>;

/**
 * Adds the ticket call to an Express app, after the middleware that is already there: authentication and CORS apply to it. Pass the HTTP server
 * to `usher.attach`: `usher.attach(app.listen(3000))`. Call `usher.close()` before the server closes.
 *
 * @throws like `createUsher`
 */
export async function createExpressUsher<P extends Protocol = RoomsProtocol>(
  app: Application,
  options: ExpressUsherOptions<P>,
): Promise<Usher<P>> {
  const complete: UsherOptions<P, Request> = {
    authenticate: (request) => holderOf(claimsOf(request)),
    ...(options.trustProxy === undefined ? { address: clientAddress(expressTrust(app)) } : {}),
    ...options,
  };
  const { usher, form } = await compose(complete, frameworkGate);
  const ticketCall: RequestHandler = (request, response, next) => {
    // Express passes HEAD requests to the handlers of GET, which would issue a ticket and not return it.
    if (request.method !== 'GET') {
      next('route');
      return;
    }
    void form.answer(request, request, (result) => {
      sendByNode(response, result);
    });
  };
  const preflight: RequestHandler = (request, response, next) => {
    const result = form.preflight(request);
    if (result === undefined) next();
    else sendByNode(response, result);
  };
  app.get(form.ticketPath, ticketCall);
  app.options(form.ticketPath, preflight);
  return usher;
}

function claimsOf(request: Request): unknown {
  const { auth, user } = request as { readonly auth?: unknown; readonly user?: unknown };
  return auth ?? user;
}
