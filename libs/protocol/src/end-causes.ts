/**
 * Why a session ended. Only clients of that session receive the cause: as `detail` of a 401 `session_ended`, and in the
 * reason of close code 4501.
 */
export const endCauses = [
  /** The user signed out on this device. */
  'signed_out',
  /** The user ended this session, or all other sessions, from another device. */
  'ended_elsewhere',
  'password_changed',
  'user_disabled',
  /** An administrator ended it. */
  'operator',
  /** A refresh token was used twice. It may have been copied. */
  'refresh_reused',
  /** A ticket of the session was used twice, and the server is configured to end the session in that case. */
  'ticket_replayed',
  /** The session was idle for too long or reached its maximum lifetime. */
  'expired',
  /** The user signed in on more devices than allowed. The least recently used session ends. */
  'too_many_sessions',
] as const;

export type EndCause = (typeof endCauses)[number];

/** Returns the reason for close code 4501, which contains the cause. */
export function toCloseReason(cause: EndCause): string {
  return `session ended: ${cause}`;
}
