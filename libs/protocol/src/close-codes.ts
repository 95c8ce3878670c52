/**
 * Close codes. The server, the client and PROTOCOL.md share one table.
 *
 * The range of an application code decides whether a client reconnects, so clients need no list of codes. After 4000–4499
 * the client reconnects with a new ticket. After 4500–4999 it does not reconnect until the user acts. The standard codes
 * (RFC 6455 §7.4.1) for protocol violations are terminal because the client would repeat the violation.
 */
export interface CloseCode {
  readonly code: number;
  readonly name: string;
  /** Human-readable description, at most 123 bytes of UTF-8. */
  readonly reason: string;
}

export const closeCodes = [
  { code: 1000, name: 'normal', reason: 'closed normally' },
  { code: 1001, name: 'going_away', reason: 'the endpoint is going away' },
  { code: 1002, name: 'protocol_error', reason: 'broken WebSocket framing' },
  { code: 1003, name: 'unsupported_data', reason: 'binary frames are not supported' },
  { code: 1006, name: 'connection_lost', reason: 'the connection was lost' },
  { code: 1007, name: 'invalid_payload', reason: 'text that is not UTF-8' },
  { code: 1009, name: 'too_large', reason: 'a frame larger than the limit' },
  { code: 1011, name: 'internal_error', reason: 'internal error' },
  { code: 1012, name: 'service_restart', reason: 'the server is restarting' },
  { code: 1013, name: 'try_again_later', reason: 'try again later' },
  { code: 4001, name: 'lease_expired', reason: 'lease expired' },
  { code: 4008, name: 'heartbeat_missed', reason: 'heartbeat missed' },
  { code: 4009, name: 'slow_consumer', reason: 'slow consumer' },
  { code: 4029, name: 'rate_limit_abused', reason: 'rate limit abused' },
  { code: 4500, name: 'malformed_messages', reason: 'too many malformed messages' },
  { code: 4501, name: 'session_ended', reason: 'session ended' },
  { code: 4503, name: 'closed_by_operator', reason: 'closed by an operator' },
] as const satisfies readonly CloseCode[];

export type CloseName = (typeof closeCodes)[number]['name'];

/**
 * Returns the table entry with this name.
 *
 * @throws RangeError if the table has no such name.
 */
export function closeCode(name: CloseName): CloseCode {
  for (const entry of closeCodes) if (entry.name === name) return entry;
  throw new RangeError(`no close code is named ${name}`);
}

/** Returns whether a client reconnects automatically, with a new ticket, after a close with `code`. Accepts every number. */
export function shouldReconnect(code: number): boolean {
  if (code >= 4500) return false;
  return code !== 1002 && code !== 1003 && code !== 1007 && code !== 1009;
}

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

/**
 * Returns the cause in a close reason or in a problem's `detail`, or `undefined` if the text has none. A newer server may
 * send a cause that is not in `endCauses`, so callers that map causes to UI texts need a fallback.
 */
export function parseEndCause(text: string | undefined): string | undefined {
  return /^(?:session ended: )?([a-z_]+)$/.exec(text ?? '')?.[1];
}
