import { join } from 'node:path';
import { startChild } from '../process.ts';
import type { Target } from './load.ts';

/** Unauthenticated clients in a separate process, so that they do not affect the latency that the members measure. */
export interface UnauthenticatedClients {
  begin(perSecond: number): Promise<void>;
  /** Resolves to the number of rejected handshakes per second. */
  end(): Promise<number>;
}

export async function startUnauthenticatedClients(target: Target): Promise<UnauthenticatedClients> {
  const child = await startChild(process.execPath, [join(import.meta.dirname, 'unauthenticated-main.ts')], {
    name: 'the unauthenticated clients',
  });
  return {
    async begin(perSecond) {
      await child.ask({ ask: 'begin', target, perSecond } satisfies UnauthenticatedRequest, 5_000);
    },
    async end() {
      const { refusedPerSecond } = (await child.ask(
        { ask: 'end' } satisfies UnauthenticatedRequest,
        5_000,
      )) as UnauthenticatedReply;
      return refusedPerSecond;
    },
  };
}

export type UnauthenticatedRequest =
  { readonly ask: 'begin'; readonly target: Target; readonly perSecond: number } | { readonly ask: 'end' };

export interface UnauthenticatedReply {
  readonly refusedPerSecond: number;
}
