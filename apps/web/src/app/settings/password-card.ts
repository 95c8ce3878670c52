import { HttpClient } from '@angular/common/http';
import { Component, computed, inject, signal, viewChild } from '@angular/core';
import type { NewPassword } from '@usher/chat-api';
import type { Proof } from '@usher/protocol';
import { problemCode, errorText } from '../session/http-errors.ts';
import { PasswordField, newPasswordRefusal, newPasswordError } from '../session/password-field.ts';
import { Session } from '../session/session.ts';
import { passwordTexts } from '../texts/session.ts';
import { Devices } from './devices.ts';
import { Outcome } from './outcome.ts';
import { type RevocationText, revocationOf, revocationText } from './revocation.ts';

/** Changes the password. This ends all other sessions of the user. */
@Component({
  selector: 'app-password-card',
  imports: [Outcome, PasswordField],
  host: { class: 'card' },
  templateUrl: './password-card.html',
  styleUrl: './password-card.scss',
})
export class PasswordCard {
  private readonly http = inject(HttpClient);
  private readonly session = inject(Session);
  private readonly devices = inject(Devices);
  private readonly current = viewChild.required<PasswordField>('current');
  private readonly fresh = viewChild.required<PasswordField>('fresh');

  protected readonly texts = passwordTexts;
  protected readonly user = computed(() => this.session.user() ?? '');
  protected readonly busy = signal(false);
  protected readonly currentError = signal<string | undefined>(undefined);
  protected readonly freshError = signal<string | undefined>(undefined);
  protected readonly failure = signal<string | undefined>(undefined);
  protected readonly outcome = signal<RevocationText | undefined>(undefined);

  protected async submit(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy()) return;
    const change: NewPassword = { pwd: this.current().value(), newPwd: this.fresh().value() };
    this.outcome.set(undefined);
    this.failure.set(undefined);
    this.currentError.set(change.pwd === '' ? passwordTexts.missing : undefined);
    this.freshError.set(newPasswordError(change.newPwd));
    if (this.currentError() !== undefined) {
      this.current().focus();
      return;
    }
    if (this.freshError() !== undefined) {
      this.fresh().focus();
      return;
    }
    this.busy.set(true);
    try {
      const ending = await revocationOf(this.http.put<Proof>('/api/me/password', change));
      this.outcome.set(revocationText(passwordTexts.changed, ending));
      // Empty fields also tell a password manager that the change succeeded.
      this.current().clear();
      this.fresh().clear();
      await this.devices.load();
    } catch (error) {
      this.refused(error);
    } finally {
      this.busy.set(false);
    }
  }

  /** Shows an error at its field. */
  private refused(error: unknown): void {
    const code = problemCode(error);
    this.freshError.set(newPasswordRefusal(error));
    if (this.freshError() !== undefined) {
      this.fresh().focus();
    } else if (code === 'invalid_credentials' || code === 'too_many_attempts') {
      this.currentError.set(code === 'invalid_credentials' ? passwordTexts.wrong : errorText(error));
      this.current().focus();
    } else {
      this.failure.set(errorText(error));
    }
  }
}
