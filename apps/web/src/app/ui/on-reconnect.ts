import { effect, untracked } from '@angular/core';
import { injectUsher } from '@usher/angular';

/**
 * Calls `tell` every time the connection opens from now on, because data loaded earlier may be outdated. Must be called in an injection
 * context.
 */
export function onReconnect(tell: () => void): void {
  const { state } = injectUsher();
  let before = untracked(state).name === 'open';
  effect(() => {
    const now = state().name === 'open';
    if (now && !before) untracked(tell);
    before = now;
  });
}
