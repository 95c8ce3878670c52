import { Component, type ElementRef, input, signal, viewChild } from '@angular/core';
import { Icon } from '../ui/icon.ts';
import { texts } from '../texts.ts';

/** A password field whose content can be shown. It keeps nothing: the form asks for the value when it is sent. */
@Component({
  selector: 'app-password-field',
  imports: [Icon],
  host: { class: 'field' },
  template: `
    <label [attr.for]="fieldId()">{{ texts.signIn.password }}</label>
    <span class="box">
      <input
        #field
        class="input"
        name="password"
        required
        autocapitalize="none"
        spellcheck="false"
        maxlength="256"
        [id]="fieldId()"
        [type]="shown() ? 'text' : 'password'"
        [autocomplete]="kind()"
        [attr.aria-invalid]="invalid()"
        [attr.aria-describedby]="describedBy()"
      />
      <button
        type="button"
        class="icon-button"
        [attr.aria-pressed]="shown()"
        [attr.aria-label]="texts.signIn.show"
        [title]="shown() ? texts.signIn.hide : texts.signIn.show"
        (click)="shown.set(!shown())"
      >
        <app-icon [name]="shown() ? 'eye_off' : 'eye'" />
      </button>
    </span>
  `,
  styles: `
    .box {
      position: relative;
      display: block;
    }

    .input {
      padding-inline-end: 3rem;
    }

    .icon-button {
      position: absolute;
      inset-block: 0;
      inset-inline-end: 0.25rem;
      margin-block: auto;
    }
  `,
})
export class PasswordField {
  readonly fieldId = input.required<string>();
  readonly kind = input.required<'current-password' | 'new-password'>();
  readonly invalid = input(false);
  readonly describedBy = input<string | null>(null);

  protected readonly texts = texts;
  protected readonly shown = signal(false);
  private readonly field = viewChild.required<ElementRef<HTMLInputElement>>('field');

  value(): string {
    return this.field().nativeElement.value;
  }

  /** Puts the cursor there with everything selected, so that typing replaces what was wrong. */
  focus(): void {
    this.field().nativeElement.select();
  }
}
