import { DOCUMENT, Service, effect, inject, signal } from '@angular/core';
import type { IconName } from '../ui/icon.ts';

export type ThemeChoice = 'system' | 'light' | 'dark';

/** The storage key of the theme. `public/early.js` reads it before the first paint. */
const themeKey = 'usher.theme';

/** The theme: light, dark or system. Stored per device, not per user. */
@Service()
export class Theme {
  private readonly document = inject(DOCUMENT);
  private readonly chosen = signal<ThemeChoice>(this.remembered());

  readonly choice = this.chosen.asReadonly();

  constructor() {
    effect(() => {
      const choice = this.chosen();
      const root = this.document.documentElement;
      if (choice === 'system') delete root.dataset['theme'];
      else root.dataset['theme'] = choice;
    });
  }

  choose(choice: ThemeChoice): void {
    this.chosen.set(choice);
    try {
      if (choice === 'system') this.document.defaultView?.localStorage.removeItem(themeKey);
      else this.document.defaultView?.localStorage.setItem(themeKey, choice);
    } catch {
      // Storage is forbidden or full: the choice lasts as long as the page.
    }
  }

  private remembered(): ThemeChoice {
    try {
      const value = this.document.defaultView?.localStorage.getItem(themeKey);
      return value === 'light' || value === 'dark' ? value : 'system';
    } catch {
      return 'system';
    }
  }
}

/** In display order. */
export const themeChoices: readonly { readonly choice: ThemeChoice; readonly icon: IconName }[] = [
  { choice: 'system', icon: 'system' },
  { choice: 'light', icon: 'sun' },
  { choice: 'dark', icon: 'moon' },
];
