import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify, type JWTVerifyResult } from 'jose';
import type { IdentityProvider } from '../config/identity-provider.ts';
import { HttpProblem } from '../http/http-problem.ts';
import { createProviderKeys, type ProviderKeysOptions } from './provider-keys.ts';

/** What a good token of the provider says. */
export interface ExternalToken {
  /** The user, 1 to 64 visible ASCII characters. */
  readonly subject: string;
  /** The provider's session, the same for all tokens of it: its `sid`, else when the user signed in there, else the token itself. */
  readonly sessionKey: string;
  /** Unix seconds. */
  readonly issuedAt: number;
  /** Unix seconds. */
  readonly expires: number;
}

export interface ExternalTokens {
  /**
   * Verifies a token of the provider.
   *
   * @throws HttpProblem 401 `invalid_token` or `token_expired`, with the true reason as its cause; 503 `store_unavailable` while
   * the key that it names is unknown and the provider out of reach.
   */
  verify(token: string): Promise<ExternalToken>;
}

/** Asymmetric ones only: with these, who can verify a token cannot sign one (RFC 8725 §3.1, §3.2). */
const algorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
/** The clock of the provider may be ahead by so much. */
const toleranceSeconds = 5;
/** An access token is short-lived. One that is older is expired, whatever it says itself; what is remembered of ends outlives it. */
const longestLifeSeconds = 24 * 60 * 60;
/** Claims of an ID token, which tells a client who signed in and opens no API (OpenID Connect Core §2, RFC 9068 §4). */
const claimsOfIdTokens = ['nonce', 'at_hash', 'c_hash', 's_hash'];

/** Whether the header of a token names an algorithm of providers. The server's own tokens name another, so they never meet. */
export function isExternalToken(token: string): boolean {
  try {
    return algorithms.includes(decodeProtectedHeader(token).alg ?? '');
  } catch {
    return false;
  }
}

export interface ExternalTokensOptions extends ProviderKeysOptions {
  /** Unix milliseconds, compared with the times in tokens. Defaults to `Date.now()`. */
  readonly now?: () => number;
}

/** Tokens of an external identity provider: signed JWTs for this server (RFC 9068, RFC 8725). */
export function createExternalTokens(provider: IdentityProvider, options: ExternalTokensOptions = {}): ExternalTokens {
  const { now = Date.now } = options;
  const keys = createProviderKeys(provider.jwksUrl, options);
  return {
    async verify(token) {
      let verified: JWTVerifyResult;
      try {
        verified = await jwtVerify(token, keys, {
          algorithms,
          issuer: provider.issuer,
          audience: provider.audience,
          requiredClaims: ['sub', 'iat', 'exp'],
          clockTolerance: toleranceSeconds,
          maxTokenAge: longestLifeSeconds,
          currentDate: new Date(now()),
        });
      } catch (error) {
        if (error instanceof HttpProblem) throw error;
        throw new HttpProblem(error instanceof errors.JWTExpired ? 'token_expired' : 'invalid_token', { cause: error });
      }
      const { protectedHeader, payload } = verified;
      if (!isTypeOfAccessToken(protectedHeader.typ)) throw invalid('its type is not that of an access token');
      if (claimsOfIdTokens.some((claim) => claim in payload)) throw invalid('it is an ID token');
      return read(payload, Math.floor(now() / 1_000));
    },
  };
}

/** Absent, or one of the two that are in use (RFC 9068 §2.1; `JWT` says nothing). What was signed may be of any kind. */
function isTypeOfAccessToken(typ: unknown): boolean {
  return typ === undefined || (typeof typ === 'string' && /^(?:application\/)?(?:at\+)?jwt$/i.test(typ));
}

/** @throws HttpProblem 401 when a claim is not what it should be. */
function read(payload: JWTPayload, nowSeconds: number): ExternalToken {
  const { sub, iat, exp } = payload;
  // jose requires the claims but not the type of `sub`. `.` and `..` cannot stand in the path of a URL.
  if (typeof sub !== 'string' || !/^(?!\.\.?$)[\x21-\x7e]{1,64}$/.test(sub))
    throw invalid('its subject cannot be a user name here');
  if (iat === undefined || exp === undefined) throw invalid('it has no times');
  const expires = Math.floor(Math.min(exp, iat + longestLifeSeconds));
  // The tolerance is for clocks that are ahead, not for longer lifetimes.
  if (expires <= nowSeconds) throw new HttpProblem('token_expired', { cause: new Error('it has just expired') });
  return { subject: sub, sessionKey: sessionKeyOf(payload), issuedAt: Math.floor(iat), expires };
}

function sessionKeyOf({ sid, auth_time: signedInAt, jti, iat }: JWTPayload): string {
  if (sid !== undefined) return `sid ${short(sid, 'sid')}`;
  if (signedInAt !== undefined) {
    if (typeof signedInAt !== 'number') throw invalid('its auth_time is no number');
    return `auth_time ${signedInAt}`;
  }
  return jti === undefined ? `iat ${iat ?? 0}` : `jti ${short(jti, 'jti')}`;
}

/** @throws HttpProblem 401 unless the claim is a text of bounded length. */
function short(value: unknown, claim: string): string {
  if (typeof value !== 'string' || value === '' || value.length > 256) throw invalid(`its ${claim} is no short text`);
  return value;
}

function invalid(reason: string): HttpProblem {
  return new HttpProblem('invalid_token', { cause: new Error(reason) });
}
