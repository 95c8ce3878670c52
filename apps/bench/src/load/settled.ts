import { setTimeout as sleep } from 'node:timers/promises';
import { residentBytes } from './meter.ts';

const longestSettleMs = 6_000;

/** What is resident once garbage has been collected and the number stands still. */
export async function settledBytes(pid: number): Promise<number> {
  const begun = performance.now();
  let bytes = Infinity;
  let still = 0;
  while (still < 3 && performance.now() - begun < longestSettleMs) {
    // See peers/collect.mjs.
    process.kill(pid, 'SIGCONT');
    await sleep(300);
    const now = residentBytes(pid);
    if (now === undefined) throw new Error('this system does not tell what is resident');
    still = Math.abs(now - bytes) < 100_000 ? still + 1 : 0;
    bytes = now;
  }
  return bytes;
}
