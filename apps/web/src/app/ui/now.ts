import { DestroyRef, type Signal, inject, signal } from '@angular/core';

/** The current time (Unix ms) as a signal that updates every `everyMs` until the injection context is destroyed. */
export function injectNow(everyMs: number): Signal<number> {
  const now = signal(Date.now());
  const timer = setInterval(() => {
    now.set(Date.now());
  }, everyMs);
  inject(DestroyRef).onDestroy(() => {
    clearInterval(timer);
  });
  return now.asReadonly();
}
