import type { IconName } from '../ui/icon.ts';
import type { ThemeChoice } from './theme.ts';

/** In display order. */
export const themeChoices: readonly { readonly choice: ThemeChoice; readonly icon: IconName }[] = [
  { choice: 'system', icon: 'system' },
  { choice: 'light', icon: 'sun' },
  { choice: 'dark', icon: 'moon' },
];
