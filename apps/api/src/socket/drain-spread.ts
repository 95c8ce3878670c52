/**
 * Over how many milliseconds a drain spreads its closes: no faster than the server accepts connections again, and within two thirds
 * of the time that is left, so that the last clients can still finish the closing handshake.
 */
export function drainSpreadMs(connections: number, connectsPerSecond: number, leftMs: number): number {
  return Math.min((connections / connectsPerSecond) * 1_000, (leftMs * 2) / 3);
}
