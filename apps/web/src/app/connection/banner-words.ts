import type { ConnectionState, Reason } from '@usher/client';
import { bannerTexts } from '../texts/banner.ts';
import { stateTexts } from '../texts/states.ts';

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
  return name === 'backoff' && reason.kind === 'offline' ? stateTexts.offline : stateTexts[name];
}

/** A first connection that takes no longer than this (ms) is not worth a word. */
const firstPatienceMs = 1_500;

/** The words for a state, or undefined where nothing needs to be said. `now` is Unix ms. */
export function bannerWords(state: ConnectionState, now: number): BannerWords | undefined {
  const { name, reason } = state;
  if (name === 'open' || name === 'idle') return undefined;
  if (name === 'signed_out') return { what: bannerTexts.signedOut, tone: 'danger' };
  if (name === 'stopped') return { what: stoppedWords(reason), action: 'connect', tone: 'danger' };
  if (reason.kind === 'offline') return { what: bannerTexts.offline, tone: 'warn' };
  if (reason.kind === 'start' || reason.kind === 'hidden') {
    return now - state.since < firstPatienceMs ? undefined : { what: bannerTexts.connecting, tone: 'calm' };
  }
  const what = why(reason);
  if (name === 'waiting') return { what, next: bannerTexts.slot(secondsUntil(state.retryAt, now)), tone: 'warn' };
  // The button stays while it tries: one that goes away under the finger every few seconds is no button.
  if (name !== 'backoff') return { what, next: bannerTexts.now, action: 'retry', tone: 'warn' };
  const left = secondsUntil(state.retryAt, now);
  return { what, next: bannerTexts.inSeconds(left), action: 'retry', tone: 'warn' };
}

/** Whole seconds left, rounded up, at least one: "in 0 s" is no time. */
function secondsUntil(at: number | undefined, now: number): number {
  return Math.max(1, Math.ceil(((at ?? now) - now) / 1000));
}

const byCode: Readonly<Partial<Record<string, string>>> = {
  1012: bannerTexts.restarting,
  4001: bannerTexts.renewing,
  4008: bannerTexts.silent,
  4009: bannerTexts.slow,
  4029: bannerTexts.tooFast,
  draining: bannerTexts.restarting,
  at_capacity: bannerTexts.full,
  too_many_connections: bannerTexts.tooMany,
  too_many_tickets: bannerTexts.tooFast,
};

function why({ kind, code }: Reason): string {
  const known = code === undefined ? undefined : byCode[code];
  if (known !== undefined) return known;
  if (kind === 'asked') return bannerTexts.dropped;
  if (kind === 'timeout') return bannerTexts.silent;
  return kind === 'unavailable' ? bannerTexts.unreachable : bannerTexts.lost;
}

function stoppedWords({ text }: Reason): string {
  return text === undefined || text === '' ? bannerTexts.stopped : bannerTexts.stoppedBecause(text);
}
