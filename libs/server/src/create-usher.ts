import type { Protocol, RoomsProtocol } from '@usher/protocol';
import { nodeGate } from '@usher/ticket/node';
import type { UsherOptions } from './options.ts';
import { compose } from './usher/compose.ts';
import type { Usher } from './usher/usher.ts';

/**
 * Creates the server of authenticated WebSockets. Pass the result the HTTP server: `usher.attach(server)`.
 *
 * With `redis` and `postgres`, several nodes act as one. Without them, everything is in the memory of this process.
 *
 * @throws TypeError or RangeError that names an invalid option, or Error if Redis, PostgreSQL or the package `ws` cannot be used
 */
export async function createUsher<P extends Protocol = RoomsProtocol>(options: UsherOptions<P>): Promise<Usher<P>> {
  const { usher } = await compose(options, nodeGate);
  return usher;
}
