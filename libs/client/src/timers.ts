/** Calls `run` after `ms`, unless all timers are cleared before. Returns a function that clears the timer. */
export type After = (ms: number, run: () => void) => () => void;

/** The maximum delay of `setTimeout`. A longer delay would fire at once. */
const maxDelayMs = 2 ** 31 - 1;

/** Returns a function that sets a timer and one that clears all timers. */
export function createTimers(): [after: After, clearAll: () => void] {
  const running = new Set<ReturnType<typeof setTimeout>>();
  return [
    (ms, run) => {
      const timer = setTimeout(
        () => {
          running.delete(timer);
          run();
        },
        Math.min(ms, maxDelayMs),
      );
      running.add(timer);
      return () => {
        clearTimeout(timer);
        running.delete(timer);
      };
    },
    () => {
      for (const timer of running) clearTimeout(timer);
      running.clear();
    },
  ];
}
