/** Calls back when the browser has nothing better to do; Safari does not say when, so there it is soon. */
export function whenIdle(work: () => void): void {
  const idle = (globalThis as { requestIdleCallback?: (work: () => void) => unknown }).requestIdleCallback;
  if (idle === undefined) setTimeout(work, 50);
  else idle(work);
}
