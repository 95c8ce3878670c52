import type { ProblemCode } from '@usher/protocol';
import type { TicketHolder } from '@usher/ticket/node';

function problem(code: ProblemCode): Error {
  return Object.assign(new Error(code), { code });
}

/**
 * Returns the user and session of the claims that a middleware has verified: `sub` and `sid`.
 *
 * @throws an error with the problem code `missing_token` without claims, `invalid_token` without `sub` or `sid`
 */
export function holderOf(claims: unknown): TicketHolder {
  if (typeof claims !== 'object' || claims === null) throw problem('missing_token');
  const user: unknown = 'sub' in claims ? claims.sub : undefined;
  const session: unknown = 'sid' in claims ? claims.sid : undefined;
  if (typeof user !== 'string' || typeof session !== 'string' || user === '' || session === '')
    throw problem('invalid_token');
  return { user, session };
}
