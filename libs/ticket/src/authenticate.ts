import type { FastifyRequest } from 'fastify';
import { isProblemCode, type ProblemCode } from '@usher/protocol';

/** An authentication error with a problem code. */
class TokenProblem extends Error {
  override readonly name = 'TokenProblem';
  readonly code: ProblemCode;

  constructor(code: ProblemCode, cause?: unknown) {
    super(code, { cause });
    this.code = code;
  }
}

/** The code of the `@fastify/jwt` error for an expired token. All its other errors mean `invalid_token`. */
const expiredCode = 'FST_JWT_AUTHORIZATION_TOKEN_EXPIRED';

/**
 * Authenticates a request by its bearer token, which `@fastify/jwt` verifies. The claims `sub` and `sid` identify user and session.
 * Only the `Authorization` header is read, even if `@fastify/jwt` is configured to read the token from other places.
 */
export async function bearerIdentity(request: FastifyRequest): Promise<{ user: string; session: string }> {
  if (!('jwtVerify' in request) || typeof request.jwtVerify !== 'function') {
    throw new TypeError(
      '@fastify/jwt is not registered: register it before ticketGate, or pass the option `authenticate`',
    );
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
    // Other errors do not mean that the token is invalid, for example if a key cannot be fetched.
    if (!/^(?:FST|FAST)_JWT_/.test(code)) throw error;
    throw new TokenProblem(code === expiredCode ? 'token_expired' : 'invalid_token', error);
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

/** The problem that an error describes. */
export interface KnownProblem {
  readonly code: ProblemCode;
  readonly retryAfterMs: number | undefined;
  readonly detail: string | undefined;
  /** The user whose request was rejected, if the error names one. For operators only. */
  readonly user: string | undefined;
}

/** Returns the problem that an error describes, or `undefined` if its `code` is not a problem code. */
export function problemOf(error: unknown): KnownProblem | undefined {
  if (!(error instanceof Error) || !('code' in error) || !isProblemCode(error.code)) return undefined;
  const { code } = error;
  const retryAfterMs: unknown = 'retryAfterMs' in error ? error.retryAfterMs : undefined;
  const detail: unknown = 'detail' in error ? error.detail : undefined;
  const user: unknown = 'user' in error ? error.user : undefined;
  return {
    code,
    retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : undefined,
    detail: typeof detail === 'string' ? detail : undefined,
    user: typeof user === 'string' ? user : undefined,
  };
}
