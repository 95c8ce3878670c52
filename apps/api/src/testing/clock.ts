import { onTestFinished, vi } from 'vitest';

/** Moves the wall clock of this process by hand until the test ends, and nothing else of time. */
export function clock(): { readonly now: () => number; readonly advance: (ms: number) => void } {
  const start = Date.now();
  let ahead = 0;
  const now = (): number => start + ahead;
  const spy = vi.spyOn(Date, 'now').mockImplementation(now);
  onTestFinished(() => {
    spy.mockRestore();
  });
  return {
    now,
    advance: (ms) => {
      ahead += ms;
    },
  };
}
