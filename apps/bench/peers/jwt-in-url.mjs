/** `ws` with a JWT in the URL, verified before the handshake is accepted. */
import { createServer } from 'node:http';
import { createVerifier } from 'fast-jwt';
import { listen, secret } from './shared.mjs';
import { authenticate } from './authenticate.mjs';

// The same JWT library as Usher, so that it does not affect the comparison.
const verify = createVerifier({ key: secret, algorithms: ['HS256'] });
const server = createServer();
authenticate(server, ({ url }) => verify(new URL(url, 'http://localhost').searchParams.get('token') ?? '').sub);
listen(server);
