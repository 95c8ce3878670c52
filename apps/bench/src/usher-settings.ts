/** The real server as it is measured: its limits are on, and so high that the load does not run into them. */
export const usherSettings: Readonly<Record<string, string>> = {
  SENDS_PER_SECOND: '0',
  SIGN_UPS_PER_ADDRESS: '0',
  CALLS_PER_SECOND: '0',
  REQUESTS_PER_SECOND: '0',
  CONNECTS_PER_SECOND: '100000',
  MAX_CONNECTIONS: '100000',
  MAX_CONNECTIONS_PER_USER: '100000',
  TICKET_TTL_SECONDS: '120',
  ACCESS_TOKEN_SECONDS: '86400',
  LEASE_SECONDS: '86400',
  // No measurement lasts as long: heartbeats are off in the peers too.
  HEARTBEAT_MS: '600000',
  HEARTBEAT_GRACE_MS: '600000',
};
