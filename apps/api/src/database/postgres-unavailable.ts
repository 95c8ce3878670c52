/**
 * SQLSTATE codes of a server that cannot serve a statement now: connection lost (08), out of connections, memory or disk (53), shutting down or
 * starting (57P), statement canceled by its timeout (57014), lock not available (55P03), session ended while idle in a transaction (25P03).
 */
const states = /^(?:08\w{3}|53\w{3}|57P\d{2}|57014|55P03|25P03)$/;
/** Errors of a network connection, which name their system call. */
const calls = new Set(['connect', 'read', 'write', 'getaddrinfo']);
/** Errors of `pg` without a code. */
const messages =
  /^(?:timeout exceeded when trying to connect|Query read timeout|Connection terminated|Client has encountered a connection error)/;

/** Whether an error means that PostgreSQL cannot be reached or cannot serve the statement now, so that a later attempt may succeed. */
export function isPostgresUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (messages.test(error.message)) return true;
  if ('syscall' in error && typeof error.syscall === 'string') return calls.has(error.syscall);
  return 'code' in error && typeof error.code === 'string' && states.test(error.code);
}
