import type { SessionRevocation } from '@usher/realtime';
import type { Kysely } from 'kysely';
import type { IdentityProvider } from '../config/config.ts';
import type { Tables } from '../database/schema.ts';
import type { ClientRequest } from '../http/client-address.ts';
import { HttpProblem } from '../http/http-problem.ts';
import type { Users } from '../users/users.ts';
import { ExternalSessions } from './external-sessions.ts';
import { ExternalTokens, type ExternalToken } from './external-tokens.ts';
import type { SessionLifetime } from './session-lifetime.ts';
import type { Sessions } from './sessions.ts';
import { clientInfoOf } from './client-info.ts';

/** The caller that a token of the provider names. User and session are not validated yet. */
export interface Caller {
  readonly user: string;
  readonly session: string;
  /** When the token expires, Unix seconds. */
  readonly expires: number;
}

/**
 * Authenticates a token of the provider. Creates its user and session on first use.
 *
 * @throws HttpProblem 401 `invalid_token` (also if the name belongs to another account), `token_expired`; 403 `user_disabled`;
 * 503 `store_unavailable`. The precise reason is logged.
 */
export type ExternalCallers = (token: string, request: ClientRequest) => Promise<Caller>;

export interface ExternalCallersParts {
  readonly db: Kysely<Tables>;
  readonly lifetime: SessionLifetime;
  readonly now: () => number;
  readonly sessions: Pick<Sessions, 'surplus'>;
  readonly users: Users;
  readonly revoke: SessionRevocation['revokeSessions'];
}

export function createExternalCallers(provider: IdentityProvider, parts: ExternalCallersParts): ExternalCallers {
  const { db, lifetime, now, sessions, users, revoke } = parts;
  const { issuer } = provider;
  const tokens = new ExternalTokens(provider, { now });
  const external = new ExternalSessions(db, { issuer, ...lifetime, now });

  async function sessionOf(token: ExternalToken, request: ClientRequest): Promise<string> {
    const clientInfo = clientInfoOf(request);
    const match = await external.find(token, clientInfo);
    if ('session' in match) return match.session;
    const user = token.subject;
    const known = await users.findOrCreate(user, issuer);
    if (known.issuer !== issuer) {
      const owner = known.issuer === undefined ? 'an account of this server' : 'a user of another provider';
      throw new HttpProblem('invalid_token', { cause: new Error(`the name belongs to ${owner}`) });
    }
    if (known.disabled) throw new HttpProblem('user_disabled', { cause: new Error('the user is disabled') });
    const session = await external.begin(token, match.newGeneration, clientInfo);
    // If the user was disabled meanwhile, that revocation may not have included this session.
    if ((await users.find(user))?.disabled !== false) await revoke([session], 'user_disabled');
    const surplus = await sessions.surplus(user, session);
    if (surplus.length > 0) await revoke(surplus, 'too_many_sessions');
    request.log.info({ user, address: request.clientAddress }, 'authenticated by the identity provider');
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
          { code, reason: reasonOf(error.cause), address: request.clientAddress },
          'token of the identity provider rejected',
        );
      }
      throw error;
    }
  };
}

/** The messages of an error and its causes. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause instanceof Error ? `${cause.message}: ${reasonOf(cause.cause)}` : cause.message;
}
