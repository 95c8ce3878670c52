import jwt from '@fastify/jwt';
import fp from 'fastify-plugin';
import { LRUCache } from 'lru-cache';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { CallBudget } from '../http/call-budget.ts';
import type { ClientRequest } from '../http/client-address.ts';
import { HttpProblem } from '../http/http-problem.ts';
import type { Caller, ExternalCallers } from './external-callers.ts';
import { isExternalToken } from './external-tokens.ts';
import type { Sessions } from './sessions.ts';
import { problemOf } from './session-status.ts';

/** The authenticated caller of a request, with the current roles. */
export interface Account {
  readonly user: string;
  readonly session: string;
  readonly roles: readonly string[];
  /** When the token expires, Unix seconds. */
  readonly expires: number;
}

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * Signs an access token for a session. The returned `expires` is in Unix seconds.
     * @param account `ends` is the absolute end of the session in Unix milliseconds. The token expires then at the latest.
     */
    signToken(account: Omit<Account, 'expires'> & { readonly ends: number }): {
      readonly token: string;
      readonly expires: number;
    };
    /**
     * Authenticates a request: verifies the bearer token and validates session and user. Charges the budget of the user, or of the
     * address if authentication fails.
     *
     * @throws HttpProblem 401 `missing_token`, `invalid_token`, `token_expired`, `session_ended`; 403 `user_disabled`; 429
     * `rate_limited`; 503 `store_unavailable` if the keys of the identity provider cannot be loaded.
     */
    authenticate(request: ClientRequest): Promise<Account>;
  }
}

export interface TokensOptions {
  readonly secret: string;
  readonly lifeSeconds: number;
  readonly sessions: Sessions;
  /** Charged for every authenticated call. */
  readonly budget: CallBudget;
  /** Authenticates tokens of the identity provider, if one is configured. */
  readonly external?: ExternalCallers;
}

/** Issuer and audience, so that a token of another service with the same secret is rejected (RFC 8725 §3.9). */
const party = 'usher';
/** The media type of access tokens, so that other kinds of JWT are rejected (RFC 9068 §2.1, RFC 8725 §3.11). */
const typ = 'at+jwt';

const claimsSchema = Type.Object({
  sub: Type.String({ minLength: 1 }),
  sid: Type.String({ minLength: 1 }),
  exp: Type.Number(),
});
type Claims = Static<typeof claimsSchema>;
const claims = Compile(claimsSchema);

/** Verified tokens in the cache, less than 1 kB each. */
const cachedTokens = 10_000;

/** Maximum characters of a token. Bounds the cost of parsing. */
const longestToken = 8 * 1024;

/**
 * Signs and verifies access tokens, which are accepted in the `Authorization` header only: the server's own tokens (JWT with HS256) and
 * those of an identity provider. The algorithm selects the verifier, and each verifier has its own keys, so that a public key is never
 * used as an HMAC secret (RFC 8725 §2.1).
 */
export const tokens = fp<TokensOptions>(
  async (app, { secret, lifeSeconds, sessions, budget, external }) => {
    await app.register(jwt, {
      secret,
      sign: { algorithm: 'HS256', iss: party, aud: party, header: { alg: 'HS256', typ } },
      verify: {
        algorithms: ['HS256'],
        allowedIss: party,
        allowedAud: party,
        checkTyp: typ,
        requiredClaims: ['iss', 'aud', 'sub', 'sid', 'iat', 'exp'],
      },
    });

    app.decorate('signToken', ({ user, session, roles, ends }) => {
      const iat = Math.floor(Date.now() / 1000);
      const expires = Math.min(iat + lifeSeconds, Math.ceil(ends / 1000));
      return { token: app.jwt.sign({ sub: user, sid: session, roles, iat, exp: expires }), expires };
    });

    app.decorate('authenticate', async (request) => {
      let account: Account;
      try {
        account = await accountOf(request);
      } catch (error) {
        await budget.chargeAddress(request);
        throw error;
      }
      await budget.chargeUser(account.user, request);
      return account;
    });

    async function accountOf(request: ClientRequest): Promise<Account> {
      const token = bearer(request);
      const caller =
        external !== undefined && isExternalToken(token) ? await external(token, request) : callerOf(verify(token));
      const { user, session, expires } = caller;
      const status = await sessions.validate(session, user);
      if (status.state !== 'good') throw problemOf(status, user);
      return { user, session, roles: status.roles, expires };
    }

    // The keys are the tokens themselves, not their hashes: the memory of this process also contains the secret that signs them. Only
    // the claims are cached: expiry and session are validated for each call.
    const verified = new LRUCache<string, Claims>({ max: cachedTokens });

    function verify(token: string): Claims {
      const known = verified.get(token);
      if (known !== undefined && known.exp * 1_000 > Date.now()) return known;
      const fresh = verifyUncached(token);
      verified.set(token, fresh);
      return fresh;
    }

    function verifyUncached(token: string): Claims {
      let payload: unknown;
      try {
        payload = app.jwt.verify(token);
      } catch (error) {
        const expired = error instanceof Error && 'code' in error && error.code === 'FAST_JWT_EXPIRED';
        throw new HttpProblem(expired ? 'token_expired' : 'invalid_token');
      }
      if (!claims.Check(payload)) throw new HttpProblem('invalid_token');
      return payload;
    }
  },
  { name: 'tokens', fastify: '5.x' },
);

function callerOf({ sub, sid, exp }: Claims): Caller {
  return { user: sub, session: sid, expires: exp };
}

/**
 * Returns the token of the `Authorization: Bearer` header (RFC 6750 §2.1). Rejects duplicate headers, because a proxy and Node may each
 * use a different one.
 */
export function bearer({ raw }: Pick<ClientRequest, 'raw'>): string {
  const header = raw.headers.authorization;
  if (header === undefined || !/^bearer(?: |$)/i.test(header)) throw new HttpProblem('missing_token');
  const [, token] = /^bearer +([\w.~+/-]+=*) *$/i.exec(header) ?? [];
  const several = (raw.headersDistinct['authorization']?.length ?? 1) > 1;
  if (token === undefined || token.length > longestToken || several) throw new HttpProblem('invalid_token');
  return token;
}
