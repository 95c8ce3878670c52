/**
 * The milliseconds over which a drain spreads its closes: not faster than the server accepts reconnects, and at most two thirds of
 * the remaining time, so that the last clients can finish the closing handshake.
 */
export function drainSpreadMs(connections: number, connectsPerSecond: number, leftMs: number): number {
  return Math.min((connections / connectsPerSecond) * 1_000, (leftMs * 2) / 3);
}
