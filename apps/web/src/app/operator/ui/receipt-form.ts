import { Component, computed, inject, input, signal } from '@angular/core';
import { Router } from '@angular/router';
import { receiptTexts } from '../../texts/operator-refusals.ts';
import { isReceipt, receiptOf } from './format.ts';

/** Looks up a receipt. Accepts lower case, a missing hyphen, and letters that look like digits. */
@Component({
  selector: 'app-receipt-form',
  host: { '[class.compact]': 'compact()' },
  template: `
    <form role="search" [attr.aria-label]="texts.label" (submit)="submit($event, field.value)">
      <label for="receipt">{{ texts.label }}</label>
      <div class="line">
        <input
          #field
          id="receipt"
          class="input"
          type="text"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck="false"
          maxlength="16"
          enterkeyhint="search"
          aria-describedby="receipt-hint"
          [placeholder]="example"
          [value]="code()"
          [attr.aria-invalid]="invalid() || null"
          (input)="invalid.set(false)"
        />
        <button type="submit" class="button button-primary">{{ texts.submit }}</button>
      </div>
      <p id="receipt-hint" role="status" [class.error]="invalid()">{{ invalid() ? texts.invalid : texts.hint }}</p>
    </form>
  `,
  styles: `
    :host {
      display: block;
    }

    form {
      display: grid;
      gap: var(--s2);
    }

    label {
      color: var(--ink-2);
      font-size: var(--t-s);
      font-weight: 600;
    }

    .line {
      display: grid;
      grid-template-columns: minmax(0, 1fr) auto;
      gap: var(--s2);

      > .button {
        min-block-size: 2.875rem;
      }
    }

    .input {
      font-family: var(--mono);
      letter-spacing: 0.08em;
      text-transform: uppercase;
    }

    p {
      color: var(--ink-3);
      font-size: var(--t-s);

      &.error {
        color: var(--danger);
      }
    }

    /* On one line, without the hint. */
    :host(.compact) {
      form {
        grid-template-columns: auto 17rem;
        align-items: center;
        gap: var(--s1) var(--s3);
      }

      p {
        grid-column: 2;
      }

      p:not(.error) {
        display: none;
      }

      .input,
      .line > .button {
        min-block-size: 2.5rem;
      }
    }

    @media (max-width: 63.99rem) {
      :host(.compact) {
        inline-size: 100%;

        form {
          grid-template-columns: minmax(0, 1fr);
        }

        p {
          grid-column: 1;
        }

        .input,
        .line > .button {
          min-block-size: 2.75rem;
        }
      }
    }
  `,
})
export class ReceiptForm {
  private readonly router = inject(Router);
  readonly value = input<string>();
  /** Whether the form is beside a heading. */
  readonly compact = input(false);
  protected readonly texts = receiptTexts;
  protected readonly example = 'K7Q-2MF';
  protected readonly code = computed(() => receiptOf(this.value() ?? ''));
  protected readonly invalid = signal(false);

  protected submit(event: Event, typed: string): void {
    event.preventDefault();
    const code = receiptOf(typed);
    this.invalid.set(!isReceipt(code));
    if (isReceipt(code)) void this.router.navigate(['/admin/receipts'], { queryParams: { code } });
  }
}
