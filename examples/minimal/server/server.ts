import { randomUUID } from 'node:crypto';
import jwt from '@fastify/jwt';
import { usher } from '@usher/server/fastify';
import Fastify from 'fastify';

// Demo users. Replace them and the route with your own sign-in.
const users = new Map(Object.entries({ ann: 'secret', bob: 'secret' }));
const text = { type: 'string' };
const credentials = { type: 'object', required: ['user', 'pwd'], properties: { user: text, pwd: text } };

const app = Fastify({ logger: true });
await app.register(jwt, { secret: process.env['JWT_SECRET'] ?? randomUUID() });
await app.register(usher, { allowedOrigins: ['http://localhost:4200'], rooms: ['general'] });

app.post<{ Body: { user: string; pwd: string } }>('/api/auth', { schema: { body: credentials } }, (request, reply) => {
  const { user, pwd } = request.body;
  if (users.get(user) !== pwd) return reply.code(401).send({ code: 'invalid_credentials' });
  return reply.send({ token: app.jwt.sign({ sub: user, sid: randomUUID() }, { expiresIn: '8h' }) });
});

await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT'] ?? 3000) });
