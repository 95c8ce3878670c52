import { effect, untracked } from '@angular/core';
import { injectUsher } from '@usher/angular';

/**
 * Calls a function each time the connection opens from now on, because data loaded earlier may be outdated. Must be called in an injection
 * context.
 */
export function onReconnect(callback: () => void): void {
  const { state } = injectUsher();
  let before = untracked(state).name === 'open';
  effect(() => {
    const now = state().name === 'open';
    if (now && !before) untracked(callback);
    before = now;
  });
}
