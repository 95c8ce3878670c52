/**
 * `ws` that knows people by where they come from: whoever has called the HTTP API with a JWT is remembered by address and User-Agent
 * until the JWT expires, and looked up before a handshake is accepted.
 */
import { createServer } from 'node:http';
import { createVerifier } from 'fast-jwt';
import { logAccess } from './access-log.mjs';
import { listen, secret } from './announce.mjs';
import { guard } from './door.mjs';

// The library that Usher verifies with, so that the difference is not in there.
const verify = createVerifier({ key: secret, algorithms: ['HS256'] });
/** Who called last from an address with an agent, and until when that counts. */
const callers = new Map();
const server = createServer(call);

function placeOf({ socket, headers }) {
  return `${socket.remoteAddress} ${headers['user-agent'] ?? ''}`;
}

function call(request, response) {
  let status = 200;
  try {
    const { sub: user, exp } = verify((request.headers.authorization ?? '').replace(/^Bearer /i, ''));
    callers.set(placeOf(request), { user, until: exp * 1_000 });
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

guard(server, (request) => callerAt(placeOf(request))?.user);
listen(server);
