import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { createUsher } from '@usher/server';
import { jwtVerify, SignJWT } from 'jose';

// Demo users. Replace them and `signIn` with your own sign-in.
const users = new Map<unknown, string>(Object.entries({ ann: 'secret', bob: 'secret' }));
const secret = Buffer.from(process.env['JWT_SECRET'] ?? randomUUID());

async function signIn(request: IncomingMessage): Promise<string> {
  const { user, pwd } = (await json(request)) as { user?: string; pwd?: string };
  if (!users.has(user) || users.get(user) !== pwd) throw new Error('wrong user or password');
  return new SignJWT({ sub: user, sid: randomUUID() }).setProtectedHeader({ alg: 'HS256' }).sign(secret);
}

const usher = await createUsher({
  allowedOrigins: ['http://localhost:4200'],
  rooms: ['general'],
  async authenticate({ headers: { authorization = '' } }) {
    const invalid = Object.assign(new Error('invalid token'), { code: 'invalid_token' });
    const verified = await jwtVerify(authorization.replace('Bearer ', ''), secret).catch(() => Promise.reject(invalid));
    return { user: String(verified.payload.sub), session: String(verified.payload['sid']) };
  },
});
const server = createServer((request, response) => {
  const isShort = Number(request.headers['content-length']) < 1_000;
  if (request.method !== 'POST' || request.url !== '/api/auth' || !isShort) return void response.writeHead(404).end();
  return void signIn(request)
    .then((token) => response.end(JSON.stringify({ token })))
    .catch(() => response.writeHead(401).end());
});
usher.attach(server);
server.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => console.log('listening on', server.address()));
