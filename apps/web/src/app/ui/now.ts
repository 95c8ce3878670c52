import { DestroyRef, type Signal, inject, signal } from '@angular/core';

/** The time (Unix ms) as a signal that moves every `everyMs`, for as long as the one who asked lives. */
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
