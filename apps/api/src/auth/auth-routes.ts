import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { credentialsSchema, meSchema, tokenSchema } from '@usher/protocol/server';
import { HttpProblem } from '../http/http-problem.ts';
import type { Passwords } from '../users/passwords.ts';
import type { Users } from '../users/users.ts';
import type { Sessions } from './sessions.ts';
import type { SignInThrottle } from './throttle.ts';

export interface AuthRoutesOptions {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly passwords: Passwords;
  readonly throttle: SignInThrottle;
}

/** Sign in, sign out, who am I. */
export const authRoutes: FastifyPluginCallbackTypebox<AuthRoutesOptions> = (app, options, done) => {
  const { users, sessions, passwords, throttle } = options;

  app.post('/auth', { schema: { body: credentialsSchema, response: { 200: tokenSchema } } }, async (request, reply) => {
    const { user: name, pwd } = request.body;
    throttle.check(name, request.ip);
    const user = await users.find(name);
    // Begun when the hash is: an attempt that still waits for its turn has not been judged yet.
    let attempt: ReturnType<SignInThrottle['begin']> | undefined;
    let right = false;
    try {
      right = await passwords.verify(user?.passwordHash, pwd, () => {
        attempt = throttle.begin(name, request.ip);
      });
    } finally {
      attempt?.settle(right ? 'passed' : 'failed');
    }
    if (user === undefined || !right) {
      // What was typed as a name is logged only where it is one: people type passwords into that field too.
      request.log.warn({ user: user?.name, address: request.ip }, 'sign-in refused');
      throw new HttpProblem('invalid_credentials');
    }
    if (user.disabled) {
      request.log.warn({ user: user.name, address: request.ip }, 'sign-in of a disabled user refused');
      throw new HttpProblem('user_disabled');
    }
    const session = await sessions.start(user.name);
    request.log.info({ user: user.name, address: request.ip }, 'signed in');
    reply.header('cache-control', 'no-store');
    return app.signToken({ user: user.name, session, roles: user.roles });
  });

  app.delete('/auth', async (request, reply) => {
    const { user, session } = await app.authenticate(request);
    await sessions.end(session);
    request.log.info({ user, address: request.ip }, 'signed out');
    return reply.code(204).send();
  });

  app.get('/me', { schema: { response: { 200: meSchema } } }, async (request, reply) => {
    const { user, roles, session, expires } = await app.authenticate(request);
    reply.header('cache-control', 'no-store');
    return { user, roles: [...roles], session, expires };
  });

  done();
};
