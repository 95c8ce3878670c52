/**
 * `ws` that identifies users by address and User-Agent. An HTTP call with a JWT registers the caller's address and User-Agent
 * until the JWT expires. A handshake is accepted only from a registered pair.
 */
import { createServer } from 'node:http';
import { createVerifier } from 'fast-jwt';
import { listen, logAccess, secret } from './shared.mjs';
import { authenticate } from './authenticate.mjs';

// The same JWT library as Usher, so that it does not affect the comparison.
const verify = createVerifier({ key: secret, algorithms: ['HS256'] });
/** The last caller per address and User-Agent, with the expiry in milliseconds. */
const callers = new Map();
const server = createServer(call);

function callerKey({ socket, headers }) {
  return `${socket.remoteAddress} ${headers['user-agent'] ?? ''}`;
}

function call(request, response) {
  let status = 200;
  try {
    const { sub: user, exp } = verify((request.headers.authorization ?? '').replace(/^Bearer /i, ''));
    callers.set(callerKey(request), { user, until: exp * 1_000 });
  } catch {
    status = 401;
  }
  logAccess(request, status);
  response.writeHead(status).end();
}

function callerAt(place) {
  const caller = callers.get(place);
  if (caller === undefined || caller.until > Date.now()) return caller;
  callers.delete(place);
  return undefined;
}

authenticate(server, (request) => callerAt(callerKey(request))?.user);
listen(server);
