import { DOCUMENT, DestroyRef, type Signal, inject, signal } from '@angular/core';

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
