import { type FastifyPluginCallbackTypebox, Type } from '@fastify/type-provider-typebox';
import { newPasswordSchema, sessionsSchema } from '@usher/chat-api/server';
import type { RoomsProtocol } from '@usher/protocol';
import { proofSchema } from '@usher/protocol/server';
import type { Connections, SessionRevocation } from '@usher/realtime';
import { security, tags } from '../docs/operations.ts';
import { HttpProblem, proofOrProblem } from '../http/http-problem.ts';
import { networkOf } from '../http/network.ts';
import type { PasswordRules } from '../users/password-rules.ts';
import type { Passwords } from '../users/passwords.ts';
import type { Users } from '../users/users.ts';
import { deviceOf } from './client-info.ts';
import type { PasswordCheck } from './password-check.ts';
import type { Sessions } from './sessions.ts';

export interface SessionRoutesOptions {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly passwords: Passwords;
  readonly rules: PasswordRules;
  readonly checkPassword: PasswordCheck;
  readonly revocation: SessionRevocation;
  readonly connections: Connections<RoomsProtocol>;
}

const ownSessions = { tags: [tags.sessions], security: security.bearer };
const sessionParams = Type.Object({ id: Type.String({ examples: ['s-1f3870be'] }) });
const othersQuery = Type.Object({
  others: Type.Optional(Type.Boolean({ description: 'true: all sessions but the current one' })),
});

/** Lists and revokes the caller's sessions, and changes the caller's password. */
export const sessionRoutes: FastifyPluginCallbackTypebox<SessionRoutesOptions> = (app, options, done) => {
  const { users, sessions, passwords, rules, checkPassword, revocation, connections } = options;

  const list = {
    schema: {
      ...ownSessions,
      operationId: 'listSessions',
      summary: 'List the own sessions',
      response: { 200: sessionsSchema },
    },
  };
  app.get('/sessions', list, async (request, reply) => {
    const { user, session } = await app.authenticate(request);
    const listed = await sessions.list(user);
    reply.header('cache-control', 'no-store');
    return {
      sessions: listed.map(({ id, startedAt, seenAt, ends, address, userAgent }) => ({
        id,
        current: id === session,
        device: deviceOf(userAgent),
        ...(address === undefined ? {} : { address }),
        startedAt,
        seenAt,
        expires: Math.floor(ends / 1_000),
        connections: connections.count({ session: id }),
      })),
    };
  });

  app.delete(
    '/sessions/:id',
    {
      schema: {
        ...ownSessions,
        operationId: 'endSession',
        summary: 'End an own session',
        params: sessionParams,
        response: { 200: proofSchema },
      },
    },
    async (request) => {
      const { user, session } = await app.authenticate(request);
      const { id } = request.params;
      if (!(await sessions.ids(user)).includes(id)) throw new HttpProblem('not_found');
      const proof = await revocation.revokeSessions([id], id === session ? 'signed_out' : 'ended_elsewhere');
      request.log.info({ user, closed: proof.closed, address: request.clientAddress }, 'session revoked by its owner');
      return proofOrProblem(proof);
    },
  );

  const endAll = {
    schema: {
      ...ownSessions,
      operationId: 'endSessions',
      summary: 'End all own sessions, or all others',
      querystring: othersQuery,
      response: { 200: proofSchema },
    },
  };
  app.delete('/sessions', endAll, async (request) => {
    const { user, session } = await app.authenticate(request);
    const others = await sessions.ids(user, session);
    const ended = request.query.others === true ? others : [...others, session];
    const proof = await revocation.revokeSessions(ended, 'ended_elsewhere');
    request.log.info(
      { user, sessions: ended.length, closed: proof.closed, address: request.clientAddress },
      'sessions revoked by their owner',
    );
    return proofOrProblem(proof);
  });

  const changePassword = {
    config: { problems: ['invalid_credentials', 'weak_password', 'forbidden', 'too_many_attempts', 'at_capacity'] },
    schema: {
      tags: [tags.users],
      operationId: 'changePassword',
      summary: 'Change the own password',
      description:
        'All other sessions of the user end. Users of an identity provider have no password here (`forbidden`).',
      security: security.bearer,
      body: newPasswordSchema,
      response: { 200: proofSchema },
    },
  } as const;
  app.put('/me/password', changePassword, async (request) => {
    const { user, session } = await app.authenticate(request);
    // A user of an identity provider must not get a password here: only the provider may authenticate that user.
    if ((await users.find(user))?.passwordHash === undefined) throw new HttpProblem('forbidden');
    await checkPassword(request, user, request.body.pwd);
    await rules.check(request.body.newPwd, user);
    const origin = { network: networkOf(request.clientAddress), priority: 'sign-in' } as const;
    await users.setPassword(user, await passwords.hash(request.body.newPwd, origin));
    const proof = await revocation.revokeSessions(await sessions.ids(user, session), 'password_changed');
    request.log.info({ user, closed: proof.closed, address: request.clientAddress }, 'password changed');
    return proofOrProblem(proof);
  });

  done();
};
