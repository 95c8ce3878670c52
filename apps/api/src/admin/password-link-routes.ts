import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { linkPasswordSchema, passwordSetSchema } from '@usher/operator-api/server';
import type { SessionRevocation } from '@usher/realtime';
import type { Sessions } from '../auth/sessions.ts';
import { security, tags } from '../docs/operations.ts';
import { HttpProblem } from '../http/http-problem.ts';
import { networkOf } from '../http/network.ts';
import type { AuditLog } from '../operator/audit-log.ts';
import type { PasswordRules } from '../users/password-rules.ts';
import type { Passwords } from '../users/passwords.ts';
import { PasswordLinks } from '../users/password-links.ts';
import { Users } from '../users/users.ts';

export interface PasswordLinkRoutesOptions {
  readonly links: PasswordLinks;
  readonly audit: AuditLog;
  readonly sessions: Sessions;
  readonly passwords: Passwords;
  readonly rules: PasswordRules;
  readonly revocation: SessionRevocation;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** Sets a password with the token of a link. The token is part of the body, so that no URL contains it. */
export const passwordLinkRoutes: FastifyPluginCallbackTypebox<PasswordLinkRoutesOptions> = (app, options, done) => {
  const { links, audit, sessions, passwords, rules, revocation, now } = options;

  app.post(
    '/auth/password-link',
    {
      config: {
        anonymous: true,
        cost: 10,
        problems: ['invalid_link', 'weak_password', 'at_capacity', 'store_unavailable'],
      },
      schema: {
        tags: [tags.users],
        security: security.none,
        operationId: 'setPassword',
        summary: 'Set a password with a link',
        body: linkPasswordSchema,
        response: { 200: passwordSetSchema },
      },
    },
    async (request, reply) => {
      const { token, newPwd } = request.body;
      const address = request.clientAddress;
      const user = await links.find(token);
      if (user === undefined) throw new HttpProblem('invalid_link');
      // Before the link is consumed, so that the user can choose another password.
      await rules.check(newPwd, user);
      const passwordHash = await passwords.hash(newPwd, { network: networkOf(address), priority: 'sign-up' });
      const recorded = await audit.within(async (transaction, record) => {
        // Another request may have used or replaced the link meanwhile.
        if ((await new PasswordLinks(transaction, now).consume(token)) !== user) throw new HttpProblem('invalid_link');
        await new Users(transaction, now).setPassword(user, passwordHash);
        return record({ by: user, address, action: 'user.set_password', target: user });
      });
      // A session that was started with the old password may belong to another person.
      const proof = await revocation.revokeSessions(await sessions.ids(user), 'password_changed');
      await audit.complete(recorded, proof);
      request.log.info({ user, address, closed: proof.closed }, 'password set with a link');
      reply.header('cache-control', 'no-store');
      return { user };
    },
  );
  done();
};
