import type { TokenResponse } from '@usher/protocol';
import type { Subscription } from 'rxjs';
import { claimsOf, identityOf } from '../socket/identity.ts';
import { now, startTimer } from '../socket/timing.ts';
import { maxKnown, sharedTokenMs, toleranceMs } from './constants.ts';
import type { SessionIdentity, SessionState } from './session-types.ts';
import type { Channel } from './tabs.ts';

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
  const found = identityOf(token);
  return typeof found === 'string' ? {} : found;
}

/**
 * Returns the access token of a response that arrived at `at`. Its lifetime is `exp - iat`, so that it does not depend on the clock of
 * this device. Without these claims, it is the time until `expires` by the clock of this device.
 *
 * @throws TypeError if the response contains no token
 */
export function received({ token, expires }: TokenResponse, at: number): AccessToken {
  if (typeof token !== 'string' || !token) throw new TypeError('the response contains no token');
  const { iat, exp } = claimsOf(token);
  const seconds = Number(exp) - Number(iat);
  return { token, at, lifeMs: seconds >= 0 ? seconds * 1000 : expires * 1000 - at };
}

/** Returns how many ms the token is still valid; 0 if it was received in the future, because then the clock was set back. */
export function leftMs({ at, lifeMs }: AccessToken, now: number): number {
  return now < at - toleranceMs ? 0 : at + lifeMs - now;
}

/**
 * Holds the access token of a session in memory and shares it with the other tabs.
 *
 * @param marginMs a token that expires within this time, or within a third of its lifetime if that is shorter, is not fresh
 * @param channel connects the tabs, if the browser supports it
 * @param isCurrent called with the user and session of another tab's token; returns whether they are those of this tab
 */
export function createTokenHolder(
  marginMs: number,
  channel: Channel | undefined,
  isCurrent: (identity: Partial<Record<keyof SessionIdentity, unknown>>) => boolean,
) {
  let held: AccessToken | undefined;
  /** The last tokens of this session, newest first. */
  let known: string[] = [];
  /** Ends when a token arrives from another tab. */
  let waiting: Subscription | undefined;

  function store(token: AccessToken): void {
    held = token;
    known = [token.token, ...known].slice(0, maxKnown);
  }

  if (channel) {
    channel.onmessage = ({ data }) => {
      const message = data as Partial<Record<string, unknown>> | undefined;
      if (!message || !isCurrent(message)) return;
      const { token, at, lifeMs } = message;
      if (typeof token !== 'string' || typeof at !== 'number' || typeof lifeMs !== 'number') return;
      if (known.includes(token) || (held && held.at > at)) return;
      store({ token, at, lifeMs });
      waiting?.unsubscribe();
    };
  }

  return {
    /** Stores a token and sends it to the other tabs. */
    hold(token: AccessToken, state: SessionState): void {
      store(token);
      channel?.postMessage({ ...token, ...state });
    },
    token: () => held?.token,
    isValid: () => held !== undefined && leftMs(held, now()) > 0,
    /** Whether the token is valid and does not need a refresh yet. */
    isFresh: () => held !== undefined && leftMs(held, now()) > Math.min(marginMs, held.lifeMs / 3),
    /** Discards this token, if it is the current one. Returns whether it is one of the last tokens of this session. */
    discard(token: string): boolean {
      if (held?.token === token) held = undefined;
      return known.includes(token);
    },
    /** Discards all tokens. Called when the session changes. */
    clear(): void {
      held = undefined;
      known = [];
    },
    /** Resolves when a token arrives from another tab, or after 1 s. */
    shared: (): Promise<void> =>
      new Promise((resolve) => {
        waiting = startTimer(sharedTokenMs, resolve);
        waiting.add(resolve);
      }),
  };
}
