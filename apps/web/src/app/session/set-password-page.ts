import { HttpClient } from '@angular/common/http';
import { Location } from '@angular/common';
import { Component, afterNextRender, inject, signal, viewChild } from '@angular/core';
import { RouterLink } from '@angular/router';
import { firstValueFrom } from 'rxjs';
import { passwordTexts, setPasswordTexts } from '../texts/session.ts';
import { Icon } from '../ui/icon.ts';
import { AuthLayout } from './auth-layout.ts';
import { problemCode, errorText } from './http-errors.ts';
import { PasswordField, newPasswordRefusal, newPasswordError } from './password-field.ts';

/** The form of the token in a link. */
const tokenForm = /^[A-Za-z0-9_-]{43}$/;

/**
 * Sets a password with a link from an operator. The token is the fragment of the URL. It is removed from the address bar and the browser's
 * history at once, and kept in memory only.
 */
@Component({
  selector: 'app-set-password-page',
  imports: [AuthLayout, Icon, PasswordField, RouterLink],
  templateUrl: './set-password-page.html',
  styleUrl: './form.scss',
})
export class SetPasswordPage {
  private readonly http = inject(HttpClient);
  private readonly password = viewChild(PasswordField);
  private readonly token = takeToken(inject(Location));

  protected readonly texts = { setPassword: setPasswordTexts, password: passwordTexts } as const;
  protected readonly busy = signal(false);
  /** `form`: the user can choose a password. `invalid`: the link cannot be used. `done`: the password is set. */
  protected readonly step = signal<'form' | 'invalid' | 'done'>(this.token === undefined ? 'invalid' : 'form');
  /** The user whose password was set. */
  protected readonly user = signal('');
  protected readonly passwordError = signal<string | undefined>(undefined);
  protected readonly error = signal<string | undefined>(undefined);

  constructor() {
    afterNextRender(() => this.password()?.focus());
  }

  protected async submit(event: Event): Promise<void> {
    event.preventDefault();
    const field = this.password();
    if (this.busy() || field === undefined) return;
    const newPwd = field.value();
    this.error.set(undefined);
    this.passwordError.set(newPasswordError(newPwd));
    if (this.passwordError() !== undefined) {
      field.focus();
      return;
    }
    this.busy.set(true);
    try {
      const body = { token: this.token, newPwd };
      const { user } = await firstValueFrom(this.http.post<{ user: string }>('/api/auth/password-link', body));
      this.user.set(user);
      this.step.set('done');
    } catch (error) {
      this.refused(error, field);
    } finally {
      this.busy.set(false);
    }
  }

  private refused(error: unknown, field: PasswordField): void {
    if (problemCode(error) === 'invalid_link') {
      this.step.set('invalid');
      return;
    }
    this.passwordError.set(newPasswordRefusal(error));
    if (this.passwordError() === undefined) this.error.set(errorText(error));
    else field.focus();
  }
}

/** Returns the token of the current URL and removes it from there. Returns undefined if there is none. */
function takeToken(location: Location): string | undefined {
  const [path = '', fragment = ''] = location.path(true).split('#');
  if (fragment !== '') location.replaceState(path);
  return tokenForm.test(fragment) ? fragment : undefined;
}
