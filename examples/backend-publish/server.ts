import { randomUUID } from 'node:crypto';
import jwt from '@fastify/jwt';
import { usher } from '@usher/server/fastify';
import Fastify from 'fastify';
import { Pool } from 'pg';

const app = Fastify({ logger: true });
await app.register(jwt, { secret: randomUUID() });
await app.register(usher, {
  allowedOrigins: ['http://localhost:4200'],
  rooms: ['orders'],
  // Users read the room. Only backends write to it.
  authorize: (_user, room, action) => (room !== 'orders' ? 'not_found' : action === 'send' ? 'forbidden' : 'allowed'),
  postgres: new Pool({ connectionString: process.env['DATABASE_URL'] }),
});
// Every name is accepted, to keep the example short. See the other examples for a sign-in.
app.post<{ Body: { user: string } }>('/api/auth', {
  schema: {
    body: { type: 'object', required: ['user'], properties: { user: { type: 'string', pattern: '^[a-z]+$' } } },
  },
  handler: ({ body: { user } }) => ({ token: app.jwt.sign({ sub: user, sid: randomUUID() }, { expiresIn: '8h' }) }),
});

await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT'] ?? 3000) });
