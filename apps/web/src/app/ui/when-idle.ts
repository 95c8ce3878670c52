/** Calls back when the browser is idle. Safari has no `requestIdleCallback`, so the callback runs after a short delay. */
export function whenIdle(work: () => void): void {
  const idle = (globalThis as { requestIdleCallback?: (work: () => void) => unknown }).requestIdleCallback;
  if (idle === undefined) setTimeout(work, 50);
  else idle(work);
}
