import { Service } from '@angular/core';
import { storedFlag } from '../ui/stored-flag.ts';

/** Whether single-character shortcuts are on (WCAG 2.1.4). Users of voice input can turn them off. Stored on this device. */
@Service()
export class ShortcutChoice {
  private readonly flag = storedFlag('usher.single-keys');
  readonly single = () => this.flag.value() !== false;

  choose(single: boolean): void {
    this.flag.set(single);
  }
}
