import { setTimeout as sleep } from 'node:timers/promises';

/** The progress of this process: the number of responses from servers, and of servers that it has started. */
let count = 0;

const reportEveryMs = 1_000;

/** Records that a server has responded. */
export function progressed(): void {
  count += 1;
}

/** Calls `report` once per second, if there was progress. The timer does not keep the process alive. */
export function reportProgress(report: () => void): void {
  let reported = count;
  setInterval(() => {
    if (count === reported) return;
    reported = count;
    report();
  }, reportEveryMs).unref();
}

/**
 * Resolves when nothing is missing.
 *
 * @param missing returns how much is missing, in any unit
 * @param stalledMs how long `missing` may return the same number, in milliseconds. On a busy machine progress is slow, but does not stop
 * @throws Error if `missing` has returned the same number for `stalledMs`. Its message names what is missing
 */
export async function untilComplete(missing: () => number, what: string, stalledMs = 30_000): Promise<void> {
  let last = missing();
  let changedAt = performance.now();
  while (last > 0) {
    await sleep(5);
    const now = missing();
    if (now !== last) changedAt = performance.now();
    else if (performance.now() - changedAt > stalledMs) throw new Error(`${now} ${what}`);
    last = now;
  }
}
