import type { TokenAnswer } from '@usher/protocol';
import { claimsOf } from '../identity.ts';
import type { Person } from './session-types.ts';

/** An access token as it is held. */
export interface AccessToken {
  readonly token: string;
  /** When it was received, Unix ms by this device's clock. */
  readonly at: number;
  /** How long it is good from then on. */
  readonly lifeMs: number;
}

/** Whom a token speaks for, as far as it tells. */
export function personOf(token: string): Partial<Person> {
  const { sub, sid } = claimsOf(token);
  return { ...(typeof sub === 'string' && { user: sub }), ...(typeof sid === 'string' && { session: sid }) };
}

/**
 * A token that came at `at`. It is good for as long as lies between the two times that the server gave it, since this device's
 * clock may be wrong. Where it does not tell them, the clock has to be right for `expires`.
 *
 * @throws TypeError where there is no token
 */
export function received({ token, expires }: TokenAnswer, at: number): AccessToken {
  if (typeof token !== 'string' || !token) throw new TypeError('the answer holds no token');
  const { iat, exp } = claimsOf(token);
  const seconds = Number(exp) - Number(iat);
  return { token, at, lifeMs: seconds >= 0 ? seconds * 1000 : expires * 1000 - at };
}

/** Clocks of two tabs may be so far apart without anybody having set one. */
const toleranceMs = 5_000;

/** For how many ms the token is still good. Nothing is known of one that was received in what is the future by now. */
export function leftMs({ at, lifeMs }: AccessToken, now: number): number {
  return now < at - toleranceMs ? 0 : at + lifeMs - now;
}
