import type { FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import type { IdentityProvider } from '../config/identity-provider.ts';
import type { Tables } from '../database/schema.ts';
import { HttpProblem } from '../http/http-problem.ts';
import type { Users } from '../users/users.ts';
import type { Endings } from './endings.ts';
import { createExternalSessions } from './external-sessions.ts';
import { createExternalTokens, type ExternalToken } from './external-tokens.ts';
import type { SessionLives } from './session-life.ts';
import type { Sessions } from './sessions.ts';
import { whenceOf } from './whence.ts';

/** Who makes a request with a token of the provider. User and session are still to be looked at. */
export interface Caller {
  readonly user: string;
  readonly session: string;
  /** When the token expires, Unix seconds. */
  readonly expires: number;
}

/**
 * Finds out who presents a token of the provider. Users and sessions of it are made when they are seen for the first time.
 *
 * @throws HttpProblem 401 `invalid_token` (also for a name that belongs to somebody else here), `token_expired`; 403
 * `user_disabled`; 503 `store_unavailable`. The true reason goes to the log.
 */
export type ExternalCallers = (token: string, request: FastifyRequest) => Promise<Caller>;

export interface ExternalCallersParts {
  readonly db: Kysely<Tables>;
  readonly lives: SessionLives;
  readonly now: () => number;
  readonly sessions: Pick<Sessions, 'surplus'>;
  readonly users: Users;
  readonly end: Endings['sessions'];
}

export function createExternalCallers(provider: IdentityProvider, parts: ExternalCallersParts): ExternalCallers {
  const { db, lives, now, sessions, users, end } = parts;
  const { issuer } = provider;
  const tokens = createExternalTokens(provider, { now });
  const external = createExternalSessions(db, { issuer, ...lives, now });

  async function sessionOf(token: ExternalToken, request: FastifyRequest): Promise<string> {
    const whence = whenceOf(request);
    const belonging = await external.find(token, whence);
    if ('session' in belonging) return belonging.session;
    const user = token.subject;
    const known = await users.welcome(user, issuer);
    if (known.issuer !== issuer) {
      const owner = known.issuer === undefined ? 'an account of this server' : 'a user of another provider';
      throw new HttpProblem('invalid_token', { cause: new Error(`the name belongs to ${owner}`) });
    }
    if (known.disabled) throw new HttpProblem('user_disabled', { cause: new Error('the user is disabled') });
    const session = await external.begin(token, belonging.begins, whence);
    // Disabled since: whoever did that may not have seen this session.
    if ((await users.find(user))?.disabled !== false) await end([session], 'user_disabled');
    const surplus = await sessions.surplus(user, session);
    if (surplus.length > 0) await end(surplus, 'too_many_sessions');
    request.log.info({ user, address: request.ip }, 'came with a token of the identity provider');
    return session;
  }

  return async (text, request) => {
    try {
      const token = await tokens.verify(text);
      return { user: token.subject, session: await sessionOf(token, request), expires: token.expires };
    } catch (error) {
      if (error instanceof HttpProblem) {
        const { code } = error;
        request.log.warn(
          { code, reason: reasonOf(error.cause), address: request.ip },
          'a token of the provider was refused',
        );
      }
      throw error;
    }
  };
}

/** What stands behind an error, in words. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause instanceof Error ? `${cause.message}: ${reasonOf(cause.cause)}` : cause.message;
}
