import { randomUUID } from 'node:crypto';
import { createExpressUsher } from '@usher/server/express';
import express from 'express';
import { expressjwt } from 'express-jwt';
import jwt from 'jsonwebtoken';

// Demo users. Replace them and the route with your own sign-in.
const users = new Map<unknown, string>(Object.entries({ ann: 'secret', bob: 'secret' }));
const secret = process.env['JWT_SECRET'] ?? randomUUID();

const app = express();
app.post('/api/auth', express.json(), (request, response) => {
  const { user, pwd } = (request.body ?? {}) as { user?: string; pwd?: string };
  if (users.has(user) && users.get(user) === pwd)
    response.json({ token: jwt.sign({ sub: user, sid: randomUUID() }, secret, { expiresIn: '8h' }) });
  else response.status(401).json({ code: 'invalid_credentials' });
});
// Sets request.auth to the claims of a valid token. Usher rejects ticket calls without it.
app.use(expressjwt({ secret, algorithms: ['HS256'], credentialsRequired: false }));
const usher = await createExpressUsher(app, { allowedOrigins: ['http://localhost:4200'], rooms: ['general'] });

const server = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  console.log('listening on', server.address());
});
usher.attach(server);
