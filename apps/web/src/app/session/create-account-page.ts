import { Component, type ElementRef, afterNextRender, inject, signal, viewChild } from '@angular/core';
import { RouterLink } from '@angular/router';
import { createAccountTexts, passwordTexts, signInTexts } from '../texts/session.ts';
import { Icon } from '../ui/icon.ts';
import { AuthLayout } from './auth-layout.ts';
import { problemCode, errorText } from './http-errors.ts';
import { PasswordField, newPasswordRefusal, newPasswordError } from './password-field.ts';
import { Session } from './session.ts';
import { userNameOf } from './sign-in-input.ts';

/** Checks the server's rule first, so that a mistake is shown without a request. The server checks it again. */
const userRule = /^[a-z0-9._-]{1,32}$/;

@Component({
  selector: 'app-create-account-page',
  imports: [AuthLayout, Icon, PasswordField, RouterLink],
  templateUrl: './create-account-page.html',
  styleUrl: './form.scss',
})
export class CreateAccountPage {
  private readonly session = inject(Session);
  private readonly user = viewChild.required<ElementRef<HTMLInputElement>>('user');
  private readonly password = viewChild.required(PasswordField);

  protected readonly texts = {
    createAccount: createAccountTexts,
    signIn: signInTexts,
    password: passwordTexts,
  } as const;
  protected readonly busy = signal(false);
  protected readonly userError = signal<string | undefined>(undefined);
  protected readonly passwordError = signal<string | undefined>(undefined);
  protected readonly error = signal<string | undefined>(undefined);

  constructor() {
    afterNextRender(() => {
      this.user().nativeElement.focus();
    });
  }

  protected async submit(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy()) return;
    const user = userNameOf(this.user().nativeElement.value);
    const pwd = this.password().value();
    this.error.set(undefined);
    this.userError.set(userRule.test(user) ? undefined : createAccountTexts.badUser);
    this.passwordError.set(newPasswordError(pwd));
    if (this.userError() !== undefined) {
      this.user().nativeElement.focus();
      return;
    }
    if (this.passwordError() !== undefined) {
      this.password().focus();
      return;
    }
    this.busy.set(true);
    try {
      await this.session.createAccount(user, pwd);
    } catch (error) {
      this.refused(error);
    } finally {
      this.busy.set(false);
    }
  }

  /** Shows an error at its field. */
  private refused(error: unknown): void {
    this.passwordError.set(newPasswordRefusal(error));
    if (this.passwordError() !== undefined) {
      this.password().focus();
    } else if (problemCode(error) === 'user_taken') {
      this.userError.set(errorText(error));
      this.user().nativeElement.select();
    } else {
      this.error.set(errorText(error));
    }
  }
}
