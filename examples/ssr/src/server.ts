import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import {
  AngularNodeAppEngine,
  createNodeRequestHandler,
  isMainModule,
  writeResponseToNodeResponse,
} from '@angular/ssr/node';
import { createExpressUsher } from '@usher/server/express';
import express from 'express';
import { expressjwt } from 'express-jwt';
import jwt from 'jsonwebtoken';

const secret = process.env['JWT_SECRET'] ?? randomUUID();
const port = Number(process.env['PORT'] ?? 4000);

const app = express();
const angular = new AngularNodeAppEngine();

app.post('/api/auth', (_request, response) => {
  const guest = `guest-${randomUUID().slice(0, 4)}`;
  response.json({ token: jwt.sign({ sub: guest, sid: randomUUID() }, secret, { expiresIn: '8h' }) });
});
app.use('/api', expressjwt({ secret, algorithms: ['HS256'], credentialsRequired: false }));
const usher = await createExpressUsher(app, { allowedOrigins: [`http://localhost:${port}`], rooms: ['general'] });

app.use(express.static(join(import.meta.dirname, '../browser'), { maxAge: '1y', index: false, redirect: false }));
app.use((request, response, next) => {
  angular
    .handle(request)
    .then((page) => (page ? writeResponseToNodeResponse(page, response) : next()))
    .catch(next);
});

if (isMainModule(import.meta.url)) {
  const server = app.listen(port, '127.0.0.1', () => console.log('listening on', server.address()));
  usher.attach(server);
}

/** For `ng serve` and the build. They do not forward upgrades: run `npm start` for the connection. */
export const reqHandler = createNodeRequestHandler(app);
