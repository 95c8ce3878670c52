import type { Target } from './load.ts';

/**
 * The 99th percentile of the delay of the server's event loop since this was asked last, in milliseconds, as its own metrics
 * tell (they sample every 10 ms, so it is never less); `undefined` for peers that tell nothing.
 */
export async function eventLoopLagMs({ peer, port }: Target): Promise<number | undefined> {
  if (peer !== 'usher') return undefined;
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  const seconds = /^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(await answer.text())?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1_000;
}
