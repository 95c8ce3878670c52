import { DOCUMENT, DestroyRef, type Signal, inject, signal } from '@angular/core';

/** Whether the page is visible. Must be called in an injection context. */
export function injectVisible(): Signal<boolean> {
  const document = inject(DOCUMENT);
  const visible = signal(!document.hidden);
  const follow = (): void => {
    visible.set(!document.hidden);
  };
  document.addEventListener('visibilitychange', follow);
  inject(DestroyRef).onDestroy(() => {
    document.removeEventListener('visibilitychange', follow);
  });
  return visible.asReadonly();
}

/** Whether a signal was aborted in the meantime. A function, because the value can change during an `await`. */
export function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** Resolves after `ms`, or when the signal is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
    if (isAborted(signal)) end();
  });
}
