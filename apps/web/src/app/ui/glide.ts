import { type ElementRef, type Signal, afterRenderEffect } from '@angular/core';

const duration = 240;

/**
 * Animates list entries to their new positions, unless the user prefers reduced motion. Must be called in an injection context.
 *
 * @param changes a signal that changes with the order
 */
export function glide(list: Signal<ElementRef<HTMLElement> | undefined>, changes: Signal<unknown>): void {
  let before = new Map<HTMLElement, number>();
  afterRenderEffect({
    read: () => {
      changes();
      const found = list()?.nativeElement;
      const now = new Map<HTMLElement, number>();
      // A hidden element has no position.
      if (found?.offsetParent == null) {
        before = now;
        return;
      }
      for (const entry of found.children) {
        if (!(entry instanceof HTMLElement)) continue;
        const top = entry.offsetTop;
        now.set(entry, top);
        const from = before.get(entry);
        if (from === undefined || from === top || matchMedia('(prefers-reduced-motion: reduce)').matches) continue;
        entry.animate([{ translate: `0 ${from - top}px` }, { translate: '0 0' }], {
          duration,
          easing: 'cubic-bezier(0.2, 0, 0, 1)',
        });
      }
      before = now;
    },
  });
}
