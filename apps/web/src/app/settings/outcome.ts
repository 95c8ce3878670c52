import { Component, input } from '@angular/core';
import { Icon } from '../ui/icon.ts';
import type { Said } from './ending.ts';

/** What came of what was asked for: read out when it is there, at once where it went wrong. */
@Component({
  selector: 'app-outcome',
  imports: [Icon],
  template: `
    <div role="status">
      @if (said(); as said) {
        <p class="notice" [class.notice-warn]="!said.complete">
          <app-icon [name]="said.complete ? 'check' : 'clock'" [size]="18" />{{ said.words }}
        </p>
      }
    </div>
    @if (trouble(); as trouble) {
      <p class="notice notice-danger" role="alert"><app-icon name="alert" [size]="18" />{{ trouble }}</p>
    }
  `,
  styles: `
    :host {
      display: block;
    }

    /* Beside a button it takes no room until there is something to say, and then a line of its own. */
    :host(:has(.notice)) {
      flex-basis: 100%;
      border-radius: var(--r2);
      /* An edge in the colour of the card, for where it lies over a part of it. */
      box-shadow: 0 0 0 var(--s1) var(--raised);
    }
  `,
})
export class Outcome {
  readonly said = input.required<Said | undefined>();
  readonly trouble = input.required<string | undefined>();
}
