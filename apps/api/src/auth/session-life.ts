import type { EndCause } from '@usher/protocol';
import { endCauses } from '@usher/protocol/server';
import type { SessionsTable } from '../database/schema.ts';

/** How long sessions last, in milliseconds. */
export interface SessionLives {
  /** Without being used. */
  readonly idleMs: number;
  /** Whatever is done with it. */
  readonly absoluteMs: number;
}

/** When a session was used and how it ended. */
export type Lived = Pick<SessionsTable, 'ended_at' | 'ended_cause' | 'last_seen_at' | 'expires_at'>;

/** When a session ends if nobody uses it from now on (Unix ms). */
export function endOf(
  { last_seen_at, expires_at }: Pick<Lived, 'last_seen_at' | 'expires_at'>,
  idleMs: number,
): number {
  return Math.min(last_seen_at + idleMs, expires_at);
}

/** Why a session is over; `undefined` while it is not. */
export function causeOfEnd(row: Lived, { idleMs }: SessionLives, now: number): EndCause | undefined {
  if (row.ended_at === null) return now >= endOf(row, idleMs) ? 'expired' : undefined;
  return endCauses.find((cause) => cause === row.ended_cause) ?? 'signed_out';
}
