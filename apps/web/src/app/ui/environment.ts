import { DOCUMENT, DestroyRef, type Signal, inject, signal } from '@angular/core';

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

/**
 * Whether the main pointer is a finger: text is typed on a screen keyboard, which has no Shift+Enter. Follows a change, such as a tablet
 * that is put into a keyboard case. Must be called in an injection context.
 */
export function injectTouch(): Signal<boolean> {
  const window = inject(DOCUMENT).defaultView;
  // jsdom, which runs the unit tests, has no media queries.
  const query = typeof window?.matchMedia === 'function' ? window.matchMedia('(pointer: coarse)') : undefined;
  const touch = signal(query?.matches === true);
  const follow = (): void => {
    touch.set(query?.matches === true);
  };
  query?.addEventListener('change', follow);
  inject(DestroyRef).onDestroy(() => {
    query?.removeEventListener('change', follow);
  });
  return touch.asReadonly();
}

/** Whether the device has an Apple keyboard, on which some keys have other names. */
export function isApple(window: Window | null): boolean {
  return /mac|iphone|ipad/i.test(window?.navigator.userAgent ?? '');
}

/** Calls back when the browser is idle. Safari has no `requestIdleCallback`, so the callback runs after a short delay. */
export function whenIdle(work: () => void): void {
  const idle = (globalThis as { requestIdleCallback?: (work: () => void) => unknown }).requestIdleCallback;
  if (idle === undefined) setTimeout(work, 50);
  else idle(work);
}
