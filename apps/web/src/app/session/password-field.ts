import { Component, type ElementRef, computed, input, signal, viewChild } from '@angular/core';
import { passwordTexts } from '../texts/session.ts';
import { Icon } from '../ui/icon.ts';
import { problemCode, errorText } from './http-errors.ts';

/**
 * A password field with a label, a button that shows the password, and a hint or error below. It stores no value: the form reads it at
 * submit.
 */
@Component({
  selector: 'app-password-field',
  imports: [Icon],
  host: { class: 'field' },
  template: `
    <label [attr.for]="fieldId()">{{ label() }}</label>
    <span class="box">
      <input
        #field
        class="input"
        required
        autocapitalize="none"
        spellcheck="false"
        maxlength="256"
        [id]="fieldId()"
        [name]="fieldId()"
        [type]="shown() ? 'text' : 'password'"
        [autocomplete]="kind()"
        [attr.aria-invalid]="error() !== undefined"
        [attr.aria-describedby]="describedBy() ?? hintId()"
      />
      <button
        type="button"
        class="icon-button"
        [attr.aria-pressed]="shown()"
        [attr.aria-label]="texts.show"
        [title]="shown() ? texts.hide : texts.show"
        (click)="shown.set(!shown())"
      >
        <app-icon [name]="shown() ? 'eye_off' : 'eye'" />
      </button>
    </span>
    @if (error(); as error) {
      <p class="error" role="alert" [id]="hintId()">{{ error }}</p>
    } @else if (hint(); as hint) {
      <p class="hint" [id]="hintId()">{{ hint }}</p>
    }
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
  readonly label = input<string>(passwordTexts.label);
  /** The hint below the field. */
  readonly hint = input<string>();
  /** The error; replaces the hint. */
  readonly error = input<string>();
  /** The id of another element that describes this field. */
  readonly describedBy = input<string | null>(null);

  protected readonly texts = passwordTexts;
  protected readonly shown = signal(false);
  protected readonly hintId = computed(() =>
    this.error() === undefined && this.hint() === undefined ? null : `${this.fieldId()}-words`,
  );
  private readonly field = viewChild.required<ElementRef<HTMLInputElement>>('field');

  value(): string {
    return this.field().nativeElement.value;
  }

  /** Focuses the field and selects its content, so that typing replaces it. */
  focus(): void {
    const field = this.field().nativeElement;
    // Both calls are needed: `select` focuses the field only in some browsers.
    field.focus();
    field.select();
  }

  /** Clears and hides the password. */
  clear(): void {
    this.field().nativeElement.value = '';
    this.shown.set(false);
  }
}

/** The default minimum length in code points; an operator can require more. */
const shortestPassword = 8;

/** Returns the error of a new password that can be found without a request, or undefined. */
export function newPasswordError(pwd: string): string | undefined {
  const { length } = Array.from(pwd.normalize('NFC'));
  return length >= shortestPassword ? undefined : passwordTexts.short;
}

/** Returns the server's error about a new password, or undefined if the error is about something else. */
export function newPasswordRefusal(error: unknown): string | undefined {
  const code = problemCode(error);
  // The rest of the form was validated before the request, so this is a minimum length that the operator configured.
  if (code === 'bad_request') return passwordTexts.longer;
  return code === 'weak_password' ? errorText(error) : undefined;
}
