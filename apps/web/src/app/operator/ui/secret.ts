import { Component, DOCUMENT, type ElementRef, inject, input, signal, viewChild } from '@angular/core';
import { actionTexts } from '../../texts/operator.ts';
import { Icon } from '../../ui/icon.ts';

/** A value that is shown only once, with a button that copies it. */
@Component({
  selector: 'app-secret',
  imports: [Icon],
  template: `
    <label for="secret">{{ label() }}</label>
    <div class="line">
      <input #field id="secret" class="input" readonly autocomplete="off" [value]="value()" (focus)="field.select()" />
      <button type="button" class="button button-primary" (click)="copy()">
        <app-icon name="copy" [size]="18" />{{ texts.copy }}
      </button>
    </div>
    <p role="status">{{ outcome() }}</p>
  `,
  styles: `
    :host {
      display: grid;
      gap: var(--s2);
      padding-block-start: var(--s4);
    }

    label {
      color: var(--ink);
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
      font-size: var(--t-s);
    }

    p {
      min-block-size: 1.5em;
      font-size: var(--t-s);
    }
  `,
})
export class Secret {
  private readonly clipboard = inject(DOCUMENT).defaultView?.navigator.clipboard;
  private readonly field = viewChild.required<ElementRef<HTMLInputElement>>('field');
  readonly label = input.required<string>();
  readonly value = input.required<string>();
  protected readonly texts = actionTexts;
  protected readonly outcome = signal('');

  protected async copy(): Promise<void> {
    this.outcome.set('');
    try {
      // Without https there is no clipboard.
      if (this.clipboard === undefined) throw new TypeError('no clipboard');
      await this.clipboard.writeText(this.value());
      this.outcome.set(actionTexts.copied);
    } catch {
      this.field().nativeElement.focus();
      this.field().nativeElement.select();
      this.outcome.set(actionTexts.notCopied);
    }
  }
}
