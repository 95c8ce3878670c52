import { type FastifyPluginCallbackTypebox, Type } from '@fastify/type-provider-typebox';
import { newUserSchema } from '@usher/chat-api/server';
import { foldUserName } from '@usher/protocol/server';
import type { SignUpAttempt, SignUpLimit } from './sign-up-throttle.ts';
import { security, tags } from '../docs/operations.ts';
import { HttpProblem } from '../http/http-problem.ts';
import { networkOf } from '../http/network.ts';
import type { PasswordRules } from './password-rules.ts';
import type { Passwords } from './passwords.ts';
import type { Users } from './users.ts';

export interface UserRoutesOptions {
  readonly signUp: 'open' | 'closed';
  readonly users: Users;
  readonly passwords: Passwords;
  readonly rules: PasswordRules;
  readonly throttle: SignUpLimit;
}

declare module 'fastify' {
  interface FastifyRequest {
    signUpAttempt: SignUpAttempt | undefined;
  }
}

const userSchema = Type.Object({ user: Type.String() }, { examples: [{ user: 'maggie' }] });

/** Sign-up, if `SIGN_UP` is `open`. */
export const userRoutes: FastifyPluginCallbackTypebox<UserRoutesOptions> = (app, options, done) => {
  const { signUp, users, passwords, rules, throttle } = options;
  app.decorateRequest('signUpAttempt', undefined);
  app.post(
    '/users',
    {
      config: {
        anonymous: true,
        problems: [
          'sign_up_closed',
          'user_taken',
          'weak_password',
          'too_many_attempts',
          'at_capacity',
          'store_unavailable',
          'storage_full',
        ],
      },
      schema: {
        tags: [tags.users],
        operationId: 'signUp',
        summary: 'Create an account',
        description: 'Only with `SIGN_UP=open`.',
        security: security.none,
        body: newUserSchema,
        response: { 201: userSchema },
      },
      // Before the body is parsed, so that malformed requests also count.
      onRequest: async (request) => {
        if (signUp === 'closed') throw new HttpProblem('sign_up_closed');
        request.signUpAttempt = await throttle.begin(request.clientAddress);
      },
      onResponse: (request, reply, next) => {
        void request.signUpAttempt?.settle([201, 409].includes(reply.statusCode) ? 'revealed' : 'failed');
        next();
      },
    },
    async (request, reply) => {
      const { pwd } = request.body;
      const name = foldUserName(request.body.user);
      await rules.check(pwd, name);
      // Avoids the expensive hash for a name in use. The insert is what decides between parallel sign-ups.
      if ((await users.find(name)) !== undefined) throw new HttpProblem('user_taken');
      const passwordHash = await passwords.hash(pwd, {
        network: networkOf(request.clientAddress),
        priority: 'sign-up',
      });
      if (!(await users.add({ name, passwordHash, roles: [] }))) throw new HttpProblem('user_taken');
      request.log.info({ user: name, address: request.clientAddress }, 'signed up');
      return reply.code(201).send({ user: name });
    },
  );
  done();
};
