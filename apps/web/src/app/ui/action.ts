import { Component, input, output } from '@angular/core';

/** A list item with a button, a sentence that describes its action, and optionally the result. */
@Component({
  selector: 'li[app-action]',
  template: `
    <button type="button" class="button button-plain" [attr.aria-disabled]="busy()" (click)="act.emit()">
      {{ label() }}
    </button>
    <p class="hint">{{ hint() }}</p>
    @if (result(); as lines) {
      <div class="result" role="status">
        @for (line of lines; track $index) {
          <p>{{ line }}</p>
        }
      </div>
    }
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: 15.5rem minmax(0, 1fr);
      align-items: center;
      gap: var(--s2) var(--s5);
      padding-block: var(--s3);
    }

    :host(:not(:first-child)) {
      border-block-start: 1px solid var(--line);
    }

    :host(:last-child) {
      padding-block-end: 0;
    }

    .result {
      grid-column: 1 / -1;
      display: grid;
      gap: var(--s1);
      font-size: var(--t-s);

      /* An empty result takes no space, but stays in the page so that a screen reader announces its change. */
      &:not(:has(p)) {
        margin-block-start: calc(-1 * var(--s2));
      }

      &:has(p) {
        padding: var(--s3);
        border-radius: var(--r2);
        background: var(--sunken);
      }
    }

    @media (max-width: 47.99rem) {
      :host {
        grid-template-columns: minmax(0, 1fr);
      }
    }
  `,
})
export class Action {
  readonly label = input.required<string>();
  readonly hint = input.required<string>();
  readonly busy = input(false);
  /** Announced by screen readers when it changes. Undefined for an action without a result. */
  readonly result = input<readonly string[]>();
  readonly act = output();
}
