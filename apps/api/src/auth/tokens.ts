import { hash } from 'node:crypto';
import jwt from '@fastify/jwt';
import fp from 'fastify-plugin';
import { LRUCache } from 'lru-cache';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { FastifyRequest } from 'fastify';
import type { CallBudget } from '../http/call-budget.ts';
import { HttpProblem } from '../http/http-problem.ts';
import type { Caller, ExternalCallers } from './external-callers.ts';
import { isExternalToken } from './external-tokens.ts';
import type { Sessions } from './sessions.ts';
import { problemOf } from './session-status.ts';

/** Who makes a request, looked at this very moment. */
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
     * Signs an access token for a session. `expires` is in Unix seconds.
     * @param account `ends`: the session's absolute end (Unix ms), which the token does not outlive
     */
    signToken(account: Omit<Account, 'expires'> & { readonly ends: number }): {
      readonly token: string;
      readonly expires: number;
    };
    /**
     * Returns who makes this request, after verifying its bearer token and validating its session and user. Charges the budget of
     * the user, or that of the address if there is none.
     *
     * @throws HttpProblem 401 `missing_token`, `invalid_token`, `token_expired`, `session_ended`; 403 `user_disabled`; 429
     * `rate_limited`; 503 `store_unavailable` for a token of an identity provider whose keys are out of reach.
     */
    authenticate(request: FastifyRequest): Promise<Account>;
  }
}

export interface TokensOptions {
  readonly secret: string;
  readonly lifeSeconds: number;
  readonly sessions: Sessions;
  /** Charged for every call that asks who makes it. */
  readonly budget: CallBudget;
  /** Those who come with tokens of an identity provider, where there is one. */
  readonly external?: ExternalCallers;
}

/** Issuer and audience: a token of another service that shares the secret by mistake is not accepted (RFC 8725 §3.9). */
const party = 'usher';
/** The media type of access tokens, so that no other kind of JWT passes for one (RFC 9068 §2.1, RFC 8725 §3.11). */
const typ = 'at+jwt';

const claimsSchema = Type.Object({
  sub: Type.String({ minLength: 1 }),
  sid: Type.String({ minLength: 1 }),
  exp: Type.Number(),
});
type Claims = Static<typeof claimsSchema>;
const claims = Compile(claimsSchema);

/** So many verified tokens are remembered; less than 1 kB each. */
const rememberedTokens = 10_000;

/** Longer than any token with a purpose, and cheap to look through. */
const longestToken = 8 * 1024;

/**
 * Access tokens in the `Authorization` header and nowhere else: the server's own, JWT with HS256 and nothing else, and those of an
 * identity provider. Which of the two verifiers is asked, the algorithm decides, and each has its own keys only: no public key
 * ever serves as a secret (RFC 8725 §2.1).
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

    async function accountOf(request: FastifyRequest): Promise<Account> {
      const token = bearer(request);
      const caller =
        external !== undefined && isExternalToken(token) ? await external(token, request) : callerOf(verify(token));
      const { user, session, expires } = caller;
      const status = await sessions.validate(session, user);
      if (status.state !== 'good') throw problemOf(status);
      return { user, session, roles: status.roles, expires };
    }

    // By a hash of the token, and never beyond its end. What can change about a session is looked at each time all the same.
    const verified = new LRUCache<string, Claims>({ max: rememberedTokens });

    function verify(token: string): Claims {
      const key = hash('sha256', token, 'base64url');
      const known = verified.get(key);
      if (known !== undefined && known.exp * 1_000 > Date.now()) return known;
      const fresh = verifyAnew(token);
      verified.set(key, fresh);
      return fresh;
    }

    function verifyAnew(token: string): Claims {
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
 * The token of an `Authorization: Bearer` header (RFC 6750 §2.1). Of two such headers a proxy may look at one and Node at the
 * other, so two are none.
 */
function bearer({ headers, raw }: FastifyRequest): string {
  const header = headers.authorization;
  if (header === undefined || !/^bearer(?: |$)/i.test(header)) throw new HttpProblem('missing_token');
  const [, token] = /^bearer +([\w.~+/-]+=*) *$/i.exec(header) ?? [];
  const several = (raw.headersDistinct['authorization']?.length ?? 1) > 1;
  if (token === undefined || token.length > longestToken || several) throw new HttpProblem('invalid_token');
  return token;
}
