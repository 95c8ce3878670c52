import { onTestFinished, vi } from 'vitest';

/** Replaces `Date.now` with a manual clock until the test ends. Timers are not affected. */
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
