import { Component, input } from '@angular/core';
import { Icon } from '../ui/icon.ts';
import type { RevocationText } from './revocation.ts';

/** Shows the outcome of an action and announces it; errors are announced immediately. */
@Component({
  selector: 'app-outcome',
  imports: [Icon],
  template: `
    <div role="status">
      @if (outcome(); as outcome) {
        <p class="notice" [class.notice-warn]="!outcome.complete">
          <app-icon [name]="outcome.complete ? 'check' : 'clock'" [size]="18" />{{ outcome.text }}
        </p>
      }
    </div>
    @if (failure(); as failure) {
      <p class="notice notice-danger" role="alert"><app-icon name="alert" [size]="18" />{{ failure }}</p>
    }
  `,
  styles: `
    :host {
      display: block;
    }

    /* Beside a button it takes no space while empty, and its own line otherwise. */
    :host(:has(.notice)) {
      flex-basis: 100%;
      border-radius: var(--r2);
      /* A border in the color of the card, where it overlaps the card. */
      box-shadow: 0 0 0 var(--s1) var(--raised);
    }
  `,
})
export class Outcome {
  readonly outcome = input.required<RevocationText | undefined>();
  readonly failure = input.required<string | undefined>();
}
