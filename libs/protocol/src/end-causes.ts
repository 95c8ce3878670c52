/**
 * Why a session is over. Told to those who held it: as `detail` of a 401 `session_ended`, and behind a colon in the reason of
 * close code 4501. Nobody else can ask.
 */
export const endCauses = [
  /** Its owner signed out, in this browser. */
  'signed_out',
  /** Its owner ended it from another device, alone or with all others. */
  'ended_elsewhere',
  'password_changed',
  'user_disabled',
  /** An administrator ended it. */
  'operator',
  /** A refresh token came back that had been used before: somebody else may have a copy. */
  'refresh_reused',
  /** A ticket of it came back that had been used before, and the operator wants that to end the session. */
  'ticket_replayed',
  /** Nobody used it for too long, or it reached the end of its life. */
  'expired',
  /** Its owner signed in on more devices than are allowed; the one that was used least lately went. */
  'too_many_sessions',
] as const;

export type EndCause = (typeof endCauses)[number];

/** The reason of close code 4501 that carries a cause. */
export function closeReasonOf(cause: EndCause): string {
  return `session ended: ${cause}`;
}
