import type { ConnectionState, Reason } from '@usher/client';
import { bannerTexts, stateTexts } from '../texts/connection.ts';

/** The banner's text while there is no connection. */
export interface BannerText {
  /** The reason, as a sentence. It does not change while the countdown runs. */
  readonly what: string;
  /** The next step, with the seconds left. */
  readonly next?: string;
  /** The action that the button offers. */
  readonly action?: 'retry' | 'connect';
  readonly tone: 'calm' | 'warn' | 'danger';
}

/** The receipt is shown from this number of failed attempts on. Most lost connections recover at the first attempt. */
const lastingAttempts = 2;

/** The receipt to show beside the banner's text: of a refused ticket call, or of repeatedly failed attempts. */
export function bannerReceipt({ name, reason: { kind }, attempt, receipt }: ConnectionState): string | undefined {
  if (name === 'open' || name === 'idle' || name === 'signed_out' || kind === 'offline') return undefined;
  const isRefused = name === 'stopped' || kind === 'refused' || kind === 'unavailable';
  return isRefused || attempt >= lastingAttempts ? receipt : undefined;
}

/** The short name of a state. */
export function stateText({ name, reason }: ConnectionState): string {
  return name === 'backoff' && reason.kind === 'offline' ? stateTexts.offline : stateTexts[name];
}

/** The banner stays hidden during the first connection until it has taken this long (ms). */
const firstPatienceMs = 1_500;

/** The banner for a state, or undefined if none is shown. `now` is Unix ms. */
export function bannerText(state: ConnectionState, now: number): BannerText | undefined {
  const { name, reason } = state;
  if (name === 'open' || name === 'idle') return undefined;
  if (name === 'signed_out') return { what: bannerTexts.signedOut, tone: 'danger' };
  if (name === 'stopped') return { what: stoppedText(reason), action: 'connect', tone: 'danger' };
  if (reason.kind === 'offline') return { what: bannerTexts.offline, tone: 'warn' };
  if (reason.kind === 'start' || reason.kind === 'hidden') {
    return now - state.since < firstPatienceMs ? undefined : { what: bannerTexts.connecting, tone: 'calm' };
  }
  const what = why(reason);
  if (name === 'waiting') return { what, next: bannerTexts.slot(secondsUntil(state.retryAt, now)), tone: 'warn' };
  // The button stays during an attempt, so that it does not disappear under the pointer every few seconds.
  if (name !== 'backoff') return { what, next: bannerTexts.now, action: 'retry', tone: 'warn' };
  const left = secondsUntil(state.retryAt, now);
  return { what, next: bannerTexts.inSeconds(left), action: 'retry', tone: 'warn' };
}

/** Whole seconds left, rounded up, at least 1. */
function secondsUntil(at: number | undefined, now: number): number {
  return Math.max(1, Math.ceil(((at ?? now) - now) / 1000));
}

/** Texts by close code, or by the problem code of a rejected ticket call. */
const byCode: Readonly<Partial<Record<string, string>>> = {
  1011: bannerTexts.serverProblem,
  1012: bannerTexts.restarting,
  1013: bannerTexts.full,
  4001: bannerTexts.renewing,
  4008: bannerTexts.silent,
  4009: bannerTexts.slow,
  4029: bannerTexts.tooFast,
  draining: bannerTexts.restarting,
  at_capacity: bannerTexts.full,
  too_many_connections: bannerTexts.tooMany,
  too_many_tickets: bannerTexts.tooManyTickets,
  store_unavailable: bannerTexts.serverProblem,
  internal: bannerTexts.serverProblem,
};

function why({ kind, code }: Reason): string {
  const known = code === undefined ? undefined : byCode[code];
  if (known !== undefined) return known;
  if (kind === 'requested') return bannerTexts.dropped;
  if (kind === 'timeout') return bannerTexts.silent;
  return kind === 'unavailable' ? bannerTexts.unreachable : bannerTexts.lost;
}

function stoppedText({ text }: Reason): string {
  return text === undefined || text === '' ? bannerTexts.stopped : bannerTexts.stoppedBecause(text);
}
