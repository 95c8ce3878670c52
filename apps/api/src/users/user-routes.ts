import { type FastifyPluginCallbackTypebox, Type } from '@fastify/type-provider-typebox';
import { userNamePattern } from '@usher/protocol/server';
import { HttpProblem } from '../http/http-problem.ts';
import type { PasswordRules } from './password-rules.ts';
import type { Passwords } from './passwords.ts';
import type { Users } from './users.ts';

export interface UserRoutesOptions {
  readonly signUp: 'open' | 'closed';
  readonly users: Users;
  readonly passwords: Passwords;
  readonly rules: PasswordRules;
}

const newUserSchema = Type.Object({
  user: Type.String({ pattern: userNamePattern }),
  pwd: Type.String({ maxLength: 256 }),
});
const userSchema = Type.Object({ user: Type.String() });

/** Sign-up, where the operator opened it. */
export const userRoutes: FastifyPluginCallbackTypebox<UserRoutesOptions> = (app, options, done) => {
  const { signUp, users, passwords, rules } = options;
  app.post(
    '/users',
    {
      config: { anonymous: true },
      schema: { body: newUserSchema, response: { 201: userSchema } },
      onRequest: (_request, _reply, next) => {
        next(signUp === 'open' ? undefined : new HttpProblem('sign_up_closed'));
      },
    },
    async (request, reply) => {
      const { user: name, pwd } = request.body;
      await rules.check(pwd, name);
      // Asked before the hash is paid for, and decided by the insert: of two at once one gets the name.
      if ((await users.find(name)) !== undefined) throw new HttpProblem('user_taken');
      if (!(await users.add({ name, passwordHash: await passwords.hash(pwd), roles: [] }))) {
        throw new HttpProblem('user_taken');
      }
      request.log.info({ user: name, address: request.ip }, 'signed up');
      return reply.code(201).send({ user: name });
    },
  );
  done();
};
