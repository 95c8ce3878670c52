import type { EndCause } from '@usher/protocol';
import { endCauses } from '@usher/protocol/server';
import type { SessionsTable } from '../database/schema.ts';

/** How long sessions last, in milliseconds. */
export interface SessionLifetime {
  /** Since the last use. */
  readonly idleMs: number;
  /** Since the sign-in, regardless of use. */
  readonly absoluteMs: number;
}

/** When a session was last used and how it ended. */
export type SessionTimes = Pick<SessionsTable, 'ended_at' | 'ended_cause' | 'last_seen_at' | 'expires_at'>;

/** When a session ends without further use, in Unix milliseconds. */
export function endOf(
  { last_seen_at, expires_at }: Pick<SessionTimes, 'last_seen_at' | 'expires_at'>,
  idleMs: number,
): number {
  return Math.min(last_seen_at + idleMs, expires_at);
}

/** Why a session has ended. `undefined` if it has not. */
export function causeOfEnd(row: SessionTimes, { idleMs }: SessionLifetime, now: number): EndCause | undefined {
  if (row.ended_at === null) return now >= endOf(row, idleMs) ? 'expired' : undefined;
  return endCauses.find((cause) => cause === row.ended_cause) ?? 'signed_out';
}
