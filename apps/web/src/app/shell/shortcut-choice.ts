import { Service } from '@angular/core';
import { storedFlag } from '../ui/stored-flag.ts';

/** Whether a single character is a shortcut (WCAG 2.1.4): whoever speaks to their computer switches it off. Kept on this device. */
@Service()
export class ShortcutChoice {
  private readonly flag = storedFlag('usher.single-keys');
  readonly single = () => this.flag.value() !== false;

  choose(single: boolean): void {
    this.flag.set(single);
  }
}
