import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { credentialsSchema, meSchema } from '@usher/chat-api/server';
import { tokenSchema } from '@usher/protocol/server';
import type { SessionRevocation } from '@usher/realtime';
import { newReceipt, receiptHeader } from '@usher/ticket';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { noContent, security, tags } from '../docs/operations.ts';
import { HttpProblem } from '../http/http-problem.ts';
import type { Users } from '../users/users.ts';
import type { PasswordCheck } from './password-check.ts';
import type { RefreshCookie } from './refresh-cookie.ts';
import type { Refresher } from './refresher.ts';
import type { Sessions } from './sessions.ts';
import { problemOf } from './session-status.ts';
import { clientInfoOf } from './client-info.ts';

export interface AuthRoutesOptions {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly refresher: Refresher;
  readonly cookie: RefreshCookie;
  readonly checkPassword: PasswordCheck;
  readonly revocation: SessionRevocation;
  /** Called after each refresh, for metrics. */
  readonly onRefresh: (outcome: 'good' | 'reused' | 'session_ended' | 'user_disabled' | 'missing_token') => void;
  /** Called for each sign-in that is rejected. Must not throw. */
  readonly onSignInRefused: (request: FastifyRequest, problem: HttpProblem, receipt: string) => void;
}

/** Sign-in, refresh, sign-out and the current user. */
export const authRoutes: FastifyPluginCallbackTypebox<AuthRoutesOptions> = (app, options, done) => {
  const { users, sessions, refresher, cookie, checkPassword, revocation, onRefresh, onSignInRefused } = options;

  const authentication = { tags: [tags.authentication] };
  const signIn = {
    config: {
      anonymous: true,
      problems: ['invalid_credentials', 'user_disabled', 'too_many_attempts', 'at_capacity', 'store_unavailable'],
    },
    schema: {
      ...authentication,
      operationId: 'signIn',
      summary: 'Sign in',
      description: 'Returns an access token and sets the refresh token as a cookie.',
      security: security.none,
      body: credentialsSchema,
      response: { 200: tokenSchema },
    },
    onError: (request: FastifyRequest, reply: FastifyReply, error: Error, next: () => void) => {
      if (error instanceof HttpProblem) {
        const receipt = newReceipt();
        reply.header(receiptHeader, receipt);
        onSignInRefused(request, error, receipt);
      }
      next();
    },
  } as const;
  app.post('/auth', signIn, async (request, reply) => {
    const user = await checkPassword(request, request.body.user, request.body.pwd);
    if (user.disabled) {
      request.log.warn({ user: user.name, address: request.clientAddress }, 'sign-in rejected: the user is disabled');
      throw new HttpProblem('user_disabled', { user: user.name });
    }
    const { session, refresh, ends, surplus } = await sessions.start(user.name, clientInfoOf(request));
    // If the user was disabled or changed the password during the check, that revocation did not include this session.
    const now = await users.find(user.name);
    if (now?.disabled !== false || now.passwordHash !== user.passwordHash) {
      await revocation.revokeSessions([session], now?.disabled === false ? 'password_changed' : 'user_disabled');
      throw new HttpProblem(now?.disabled === false ? 'invalid_credentials' : 'user_disabled');
    }
    if (surplus.length > 0) await revocation.revokeSessions(surplus, 'too_many_sessions');
    request.log.info({ user: user.name, address: request.clientAddress }, 'signed in');
    cookie.set(request, reply, refresh, ends);
    reply.header('cache-control', 'no-store');
    return app.signToken({ user: user.name, session, roles: user.roles, ends });
  });

  const refresh = {
    config: { anonymous: true },
    schema: {
      ...authentication,
      operationId: 'refresh',
      summary: 'Get a new access token',
      description: 'Rotates the refresh cookie. A cookie that was used before ends its session.',
      security: security.refreshCookie,
      response: { 200: tokenSchema },
    },
  } as const;
  app.post('/auth/refresh', refresh, async (request, reply) => {
    const presented = cookie.read(request);
    if (presented === undefined) {
      onRefresh('missing_token');
      throw new HttpProblem('missing_token');
    }
    const refreshed = await refresher.refresh(presented, clientInfoOf(request));
    onRefresh(refreshed.state);
    if (refreshed.state === 'good') {
      cookie.set(request, reply, refreshed.refresh, refreshed.ends);
      reply.header('cache-control', 'no-store');
      return app.signToken(refreshed);
    }
    cookie.clear(request, reply);
    if ('damaged' in refreshed) {
      const fields = { user: refreshed.user, address: request.clientAddress };
      request.log.error(fields, 'the stored refresh tokens of a session are damaged: its user has to sign in again');
    }
    if (refreshed.state !== 'reused') throw problemOf(refreshed);
    const { session, user } = refreshed;
    request.log.warn({ user, address: request.clientAddress }, 'a consumed refresh token was presented again');
    await revocation.revokeSessions([session], 'refresh_reused');
    throw new HttpProblem('session_ended', { detail: 'refresh_reused' });
  });

  const signOut = {
    schema: {
      ...authentication,
      operationId: 'signOut',
      summary: 'Sign out',
      description: 'Ends the session with its refresh token, tickets and sockets, on every node.',
      security: security.bearerOrRefreshCookie,
      response: { 204: noContent },
    },
  };
  app.delete('/auth', signOut, async (request, reply) => {
    const { user, session } = await ownerOfSession();
    await revocation.revokeSessions([session], 'signed_out');
    request.log.info({ user, address: request.clientAddress }, 'signed out');
    cookie.clear(request, reply);
    return reply.code(204).send();

    /** Finds the session by the access token, or by the refresh cookie if the token is absent or expired, so that sign-out is always possible. */
    async function ownerOfSession(): Promise<{ readonly user: string; readonly session: string }> {
      try {
        return await app.authenticate(request);
      } catch (error) {
        const code = error instanceof HttpProblem ? error.code : undefined;
        const presented = code === 'missing_token' || code === 'token_expired' ? cookie.read(request) : undefined;
        if (presented === undefined) throw error;
        const owner = await refresher.ownerOf(presented);
        if (owner !== undefined) return owner;
        cookie.clear(request, reply);
        throw new HttpProblem('session_ended', { cause: error });
      }
    }
  });

  const me = {
    schema: {
      tags: [tags.users],
      operationId: 'getMe',
      summary: 'Get the current user',
      security: security.bearer,
      response: { 200: meSchema },
    },
  };
  app.get('/me', me, async (request, reply) => {
    const { user, roles, session, expires } = await app.authenticate(request);
    reply.header('cache-control', 'no-store');
    return { user, roles: [...roles], session, expires };
  });

  done();
};
