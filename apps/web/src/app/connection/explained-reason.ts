import type { ConnectionState } from '@usher/client';
import type { ConnectionStep } from './connection-steps.ts';

/** Names of close codes in the table of explanations. */
const closes: Readonly<Partial<Record<number, string>>> = {
  1012: 'service_restart',
  4001: 'lease_expired',
  4008: 'heartbeat_missed',
  4009: 'slow_consumer',
  4029: 'rate_limit_abused',
  4500: 'malformed_messages',
  4501: 'session_ended',
  4503: 'closed_by_operator',
};

/**
 * Returns the name under which the table of explanations explains why there is no connection. Undefined while there is one, and if the
 * cause is not on the server.
 */
export function explainedReason(
  { name, reason: { kind, code } }: ConnectionState,
  steps: readonly ConnectionStep[],
): string | undefined {
  if (name === 'open' || name === 'idle' || kind === 'offline') return undefined;
  if (typeof code === 'string') return code;
  if (code === undefined) return undefined;
  if (code !== 1006) return closes[code];
  return steps.some((step) => step.name === 'handshake' && step.status === 'failed')
    ? 'handshake_refused'
    : 'connection_lost';
}
