import type { TokenResponse } from '@usher/protocol';
import { claimsOf } from '../socket/identity.ts';
import type { SessionIdentity } from './session-types.ts';

/** An access token with its time of arrival and lifetime. */
export interface AccessToken {
  readonly token: string;
  /** When it was received, Unix ms by the clock of this device. */
  readonly at: number;
  /** How many ms it is valid from then on. */
  readonly lifeMs: number;
}

/** Returns the user and session of a token, as far as its claims contain them. */
export function identityClaims(token: string): Partial<SessionIdentity> {
  const { sub, sid } = claimsOf(token);
  return { ...(typeof sub === 'string' && { user: sub }), ...(typeof sid === 'string' && { session: sid }) };
}

/**
 * Returns the access token of an answer that arrived at `at`. Its lifetime is `exp - iat`, so that it does not depend on the clock of
 * this device. Without these claims, it is the time until `expires` by the clock of this device.
 *
 * @throws TypeError if the answer holds no token
 */
export function received({ token, expires }: TokenResponse, at: number): AccessToken {
  if (typeof token !== 'string' || !token) throw new TypeError('the answer holds no token');
  const { iat, exp } = claimsOf(token);
  const seconds = Number(exp) - Number(iat);
  return { token, at, lifeMs: seconds >= 0 ? seconds * 1000 : expires * 1000 - at };
}

/** The tolerated clock difference between two tabs, in ms. A larger one means that the clock was changed. */
const toleranceMs = 5_000;

/** Returns how many ms the token is still valid; 0 if it was received in the future, because then the clock was set back. */
export function leftMs({ at, lifeMs }: AccessToken, now: number): number {
  return now < at - toleranceMs ? 0 : at + lifeMs - now;
}
