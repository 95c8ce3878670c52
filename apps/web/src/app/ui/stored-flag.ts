import { DOCUMENT, DestroyRef, type Signal, inject, signal } from '@angular/core';

/** Yes, no, or not decided; stored on this device. */
export interface StoredFlag {
  readonly value: Signal<boolean | undefined>;
  set(value: boolean): void;
}

/** A choice in `localStorage`. If storage is forbidden or full, it lasts as long as the page. Must be called in an injection context. */
export function storedFlag(key: string): StoredFlag {
  const window = inject(DOCUMENT).defaultView;

  function remembered(): boolean | undefined {
    try {
      const found = window?.localStorage.getItem(key);
      return found === 'on' ? true : found === 'off' ? false : undefined;
    } catch {
      return undefined;
    }
  }

  const value = signal(remembered());
  // Another tab may change it.
  const follow = (event: StorageEvent): void => {
    if (event.key === key || event.key === null) value.set(remembered());
  };
  window?.addEventListener('storage', follow);
  inject(DestroyRef).onDestroy(() => {
    window?.removeEventListener('storage', follow);
  });
  return {
    value: value.asReadonly(),
    set(chosen) {
      value.set(chosen);
      try {
        window?.localStorage.setItem(key, chosen ? 'on' : 'off');
      } catch {
        // The choice lasts as long as the page.
      }
    },
  };
}
