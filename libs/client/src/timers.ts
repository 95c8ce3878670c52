/** Runs something in `ms`, unless the state has been left by then. Returns a function that clears the timer. */
export type After = (ms: number, run: () => void) => () => void;

/** More than this a timer cannot count; told more, it would fire at once. */
const longestMs = 2 ** 31 - 1;

/** A way to set timers, and one to clear all that were set. */
export function createTimers(): [after: After, clearAll: () => void] {
  const running = new Set<ReturnType<typeof setTimeout>>();
  return [
    (ms, run) => {
      const timer = setTimeout(
        () => {
          running.delete(timer);
          run();
        },
        Math.min(ms, longestMs),
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
