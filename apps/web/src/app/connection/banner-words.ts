import type { ConnectionState, Reason } from '@usher/client';
import { texts } from '../texts.ts';

/** What the page says while there is no connection. */
export interface BannerWords {
  /** Why, in a sentence; it stays the same while the seconds run. */
  readonly what: string;
  /** What comes next, with the seconds left. */
  readonly next?: string;
  /** What a person can do about it. */
  readonly action?: 'retry' | 'connect';
  readonly tone: 'calm' | 'warn' | 'danger';
}

/** A state in a word or three. */
export function stateWords({ name, reason }: ConnectionState): string {
  return name === 'backoff' && reason.kind === 'offline' ? texts.offline : texts.states[name];
}

/** A first connection that takes no longer than this (ms) is not worth a word. */
const firstPatienceMs = 1_500;

/** The words for a state, or undefined where nothing needs to be said. `now` is Unix ms. */
export function bannerWords(state: ConnectionState, now: number): BannerWords | undefined {
  const { name, reason } = state;
  if (name === 'open' || name === 'idle') return undefined;
  if (name === 'signed_out') return { what: texts.banner.signedOut, tone: 'danger' };
  if (name === 'stopped') return { what: stoppedWords(reason), action: 'connect', tone: 'danger' };
  if (reason.kind === 'offline') return { what: texts.banner.offline, tone: 'warn' };
  if (reason.kind === 'start' || reason.kind === 'hidden') {
    return now - state.since < firstPatienceMs ? undefined : { what: texts.banner.connecting, tone: 'calm' };
  }
  const what = why(reason);
  if (name === 'waiting') return { what, next: texts.banner.slot(secondsUntil(state.retryAt, now)), tone: 'warn' };
  // The button stays while it tries: one that goes away under the finger every few seconds is no button.
  if (name !== 'backoff') return { what, next: texts.banner.now, action: 'retry', tone: 'warn' };
  const left = secondsUntil(state.retryAt, now);
  return { what, next: texts.banner.inSeconds(left), action: 'retry', tone: 'warn' };
}

/** Whole seconds left, rounded up, at least one: "in 0 s" is no time. */
function secondsUntil(at: number | undefined, now: number): number {
  return Math.max(1, Math.ceil(((at ?? now) - now) / 1000));
}

const byCode: Readonly<Partial<Record<string, string>>> = {
  1012: texts.banner.restarting,
  4001: texts.banner.renewing,
  4008: texts.banner.silent,
  4009: texts.banner.slow,
  4029: texts.banner.tooFast,
  draining: texts.banner.restarting,
  at_capacity: texts.banner.full,
  too_many_connections: texts.banner.tooMany,
  too_many_tickets: texts.banner.tooFast,
};

function why({ kind, code }: Reason): string {
  const known = code === undefined ? undefined : byCode[code];
  if (known !== undefined) return known;
  if (kind === 'asked') return texts.banner.dropped;
  if (kind === 'timeout') return texts.banner.silent;
  return kind === 'unavailable' ? texts.banner.unreachable : texts.banner.lost;
}

function stoppedWords({ text }: Reason): string {
  return text === undefined || text === '' ? texts.banner.stopped : texts.banner.stoppedBecause(text);
}
