/**
 * Why a socket was closed, and whether the client comes back. One table feeds the server, the client and PROTOCOL.md.
 *
 * Ranges decide, never a list in a client: of Usher's own codes 4000–4499 come back with a fresh ticket,
 * 4500–4999 do not come back until a person acts. Of the standard codes (RFC 6455 §7.4.1) those that say
 * "you speak wrongly" are terminal, since the same client would do the same again.
 */
export interface CloseCode {
  readonly code: number;
  readonly name: string;
  /** What happened, in words for a person. */
  readonly reason: string;
}

export const closeCodes = [
  { code: 1000, name: 'normal', reason: 'closed normally' },
  { code: 1001, name: 'going_away', reason: 'the other side went away' },
  { code: 1002, name: 'protocol_error', reason: 'broken WebSocket framing' },
  { code: 1003, name: 'unsupported_data', reason: 'binary frames are not spoken here' },
  { code: 1006, name: 'connection_lost', reason: 'the connection was lost' },
  { code: 1007, name: 'invalid_payload', reason: 'text that is not UTF-8' },
  { code: 1009, name: 'too_large', reason: 'a frame larger than the limit' },
  { code: 1011, name: 'internal_error', reason: 'internal error' },
  { code: 1012, name: 'service_restart', reason: 'the server restarts' },
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

/** The entry of the table with this name. */
export function closeCode(name: CloseName): CloseCode {
  for (const entry of closeCodes) if (entry.name === name) return entry;
  throw new RangeError(`no close code is named ${name}`);
}

/** Whether a client that was closed with `code` comes back by itself (with a fresh ticket). Defined for every number. */
export function comesBack(code: number): boolean {
  if (code >= 4500) return false;
  return code !== 1002 && code !== 1003 && code !== 1007 && code !== 1009;
}
