import {
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyGetKey,
  type JWTVerifyResult,
} from 'jose';
import type { IdentityProvider } from '../config/config.ts';
import { HttpProblem } from '../http/http-problem.ts';
import { createProviderKeys, type ProviderKeysOptions } from './provider-keys.ts';

/** The relevant claims of a valid token of the provider. */
export interface ExternalToken {
  /** The name of the user: 1 to 64 visible ASCII characters. */
  readonly subject: string;
  /** Identifies the session at the provider: its `sid`, otherwise the time of the sign-in, otherwise the token itself. */
  readonly sessionKey: string;
  /** Unix seconds. */
  readonly issuedAt: number;
  /** Unix seconds. */
  readonly expires: number;
}

/** Only asymmetric algorithms: the key that verifies a token cannot sign one (RFC 8725 §3.1, §3.2). */
const algorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
/** How far the clock of the provider may be ahead. */
const toleranceSeconds = 5;
/** Upper limit of the lifetime of a token, whatever its `exp`. Records of ended sessions are kept longer than this. */
const longestLifeSeconds = 24 * 60 * 60;
/** Claims of ID tokens, which are meant for clients and do not authorize API calls (OpenID Connect Core §2, RFC 9068 §4). */
const claimsOfIdTokens = ['nonce', 'at_hash', 'c_hash', 's_hash'];

/** Whether the header of a token names an algorithm of providers. The server's own tokens use HS256, so the two kinds never mix. */
export function isExternalToken(token: string): boolean {
  try {
    return algorithms.includes(decodeProtectedHeader(token).alg ?? '');
  } catch {
    return false;
  }
}

export interface ExternalTokensOptions extends ProviderKeysOptions {
  /** The current time in Unix milliseconds. Defaults to `Date.now()`. */
  readonly now?: () => number;
}

/** Verifies signed JWTs of an external identity provider (RFC 9068, RFC 8725). */
export class ExternalTokens {
  readonly #provider: IdentityProvider;
  readonly #now: () => number;
  readonly #keys: JWTVerifyGetKey;

  constructor(provider: IdentityProvider, options: ExternalTokensOptions = {}) {
    this.#provider = provider;
    this.#now = options.now ?? Date.now;
    this.#keys = createProviderKeys(provider.jwksUrl, options);
  }

  /**
   * Verifies a token of the provider.
   *
   * @throws HttpProblem 401 `invalid_token` or `token_expired`, with the precise reason as `cause`; 503 `store_unavailable`
   * if the key of the token is unknown and the provider is unreachable.
   */
  async verify(token: string): Promise<ExternalToken> {
    let verified: JWTVerifyResult;
    try {
      verified = await jwtVerify(token, this.#keys, {
        algorithms,
        issuer: this.#provider.issuer,
        audience: this.#provider.audience,
        requiredClaims: ['sub', 'iat', 'exp'],
        clockTolerance: toleranceSeconds,
        maxTokenAge: longestLifeSeconds,
        currentDate: new Date(this.#now()),
      });
    } catch (error) {
      if (error instanceof HttpProblem) throw error;
      throw new HttpProblem(error instanceof errors.JWTExpired ? 'token_expired' : 'invalid_token', { cause: error });
    }
    const { protectedHeader, payload } = verified;
    if (!isTypeOfAccessToken(protectedHeader.typ)) throw invalid('its type is not an access token');
    if (claimsOfIdTokens.some((claim) => claim in payload)) throw invalid('it is an ID token');
    return readClaims(payload, Math.floor(this.#now() / 1_000));
  }
}

/** Accepts an absent type, `at+jwt` (RFC 9068 §2.1) and the generic `JWT`. The value can be of any JSON type. */
function isTypeOfAccessToken(typ: unknown): boolean {
  return typ === undefined || (typeof typ === 'string' && /^(?:application\/)?(?:at\+)?jwt$/i.test(typ));
}

/** @throws HttpProblem 401 for an invalid claim. */
function readClaims(payload: JWTPayload, nowSeconds: number): ExternalToken {
  const { sub, iat, exp } = payload;
  // jose verifies that the claims exist but not the type of `sub`. URL parsers remove `.` and `..` from paths.
  if (typeof sub !== 'string' || !/^(?!\.\.?$)[\x21-\x7e]{1,64}$/.test(sub))
    throw invalid('its subject is not a valid user name');
  if (iat === undefined || exp === undefined) throw invalid('it has no iat or exp');
  const expires = Math.floor(Math.min(exp, iat + longestLifeSeconds));
  // The tolerance applies to clocks that are ahead and does not extend lifetimes.
  if (expires <= nowSeconds) throw new HttpProblem('token_expired', { cause: new Error('it has just expired') });
  return { subject: sub, sessionKey: sessionKeyOf(payload), issuedAt: Math.floor(iat), expires };
}

function sessionKeyOf({ sid, auth_time: signedInAt, jti, iat }: JWTPayload): string {
  if (sid !== undefined) return `sid ${short(sid, 'sid')}`;
  if (signedInAt !== undefined) {
    if (typeof signedInAt !== 'number') throw invalid('its auth_time is not a number');
    return `auth_time ${signedInAt}`;
  }
  return jti === undefined ? `iat ${iat ?? 0}` : `jti ${short(jti, 'jti')}`;
}

/** @throws HttpProblem 401 unless the claim is a string of 1 to 256 characters. */
function short(value: unknown, claim: string): string {
  if (typeof value !== 'string' || value === '' || value.length > 256)
    throw invalid(`its ${claim} is not a string of 1 to 256 characters`);
  return value;
}

function invalid(reason: string): HttpProblem {
  return new HttpProblem('invalid_token', { cause: new Error(reason) });
}
