import type { FastifyRequest } from 'fastify';
import { isProblemCode, type ProblemCode } from '@usher/protocol';

/** An error of `authenticate` that is one of the contract's. */
class TokenProblem extends Error {
  override readonly name = 'TokenProblem';
  readonly code: ProblemCode;

  constructor(code: ProblemCode, cause?: unknown) {
    super(code, { cause });
    this.code = code;
  }
}

/** The one error of `@fastify/jwt` that says more than "this is no good token". */
const expired = 'FST_JWT_AUTHORIZATION_TOKEN_EXPIRED';

/**
 * Who makes a request, by the bearer token that `@fastify/jwt` verifies: the claims `sub` and `sid`.
 * The token is taken from the `Authorization` header alone, whatever else `@fastify/jwt` was told to look at.
 */
export async function bearerIdentity(request: FastifyRequest): Promise<{ user: string; session: string }> {
  if (!('jwtVerify' in request) || typeof request.jwtVerify !== 'function') {
    throw new TypeError('register @fastify/jwt before the gate, or give it `authenticate`');
  }
  const [scheme, token, ...more] = (request.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || token === undefined) throw new TokenProblem('missing_token');
  if (token === '' || more.length > 0) throw new TokenProblem('invalid_token');
  let claims: unknown;
  try {
    const verify = request.jwtVerify as (options: object) => Promise<unknown>;
    claims = await verify.call(request, { extractToken: () => token });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    // Anything else is no word on the token: a key that could not be fetched, say.
    if (!/^(?:FST|FAST)_JWT_/.test(code)) throw error;
    throw new TokenProblem(code === expired ? 'token_expired' : 'invalid_token', error);
  }
  if (typeof claims !== 'object' || claims === null || !('sub' in claims) || !('sid' in claims)) {
    throw new TokenProblem('invalid_token');
  }
  const { sub: user, sid: session } = claims;
  if (typeof user !== 'string' || typeof session !== 'string' || user === '' || session === '') {
    throw new TokenProblem('invalid_token');
  }
  return { user, session };
}

/** What an error says in the contract's terms. */
export interface KnownProblem {
  readonly code: ProblemCode;
  readonly retryAfterMs: number | undefined;
  readonly detail: string | undefined;
}

/** The contract's problem that an error carries, if it does. */
export function problemOf(error: unknown): KnownProblem | undefined {
  if (!(error instanceof Error) || !('code' in error) || !isProblemCode(error.code)) return undefined;
  const { code } = error;
  const retryAfterMs: unknown = 'retryAfterMs' in error ? error.retryAfterMs : undefined;
  const detail: unknown = 'detail' in error ? error.detail : undefined;
  return {
    code,
    retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : undefined,
    detail: typeof detail === 'string' ? detail : undefined,
  };
}
