/** `ws` with a JWT in the URL, verified before the handshake is accepted. */
import { createServer } from 'node:http';
import { createVerifier } from 'fast-jwt';
import { listen, secret } from './announce.mjs';
import { guard } from './door.mjs';

// The library that Usher verifies with, so that the difference is not in there.
const verify = createVerifier({ key: secret, algorithms: ['HS256'] });
const server = createServer();
guard(server, ({ url }) => verify(new URL(url, 'http://localhost').searchParams.get('token') ?? '').sub);
listen(server);
