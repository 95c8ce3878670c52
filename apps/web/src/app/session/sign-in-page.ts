import {
  Component,
  DOCUMENT,
  type ElementRef,
  afterNextRender,
  computed,
  inject,
  signal,
  viewChild,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { Icon } from '../ui/icon.ts';
import { SupportCode } from '../ui/support-code.ts';
import { endedTexts, signInTexts } from '../texts/session.ts';
import { AuthLayout } from './auth-layout.ts';
import { receiptIn, errorText } from './http-errors.ts';
import { PasswordField } from './password-field.ts';
import { replacePrerendered } from './prerendered.ts';
import { Session } from './session.ts';
import { userNameOf } from './sign-in-input.ts';

@Component({
  selector: 'app-sign-in-page',
  imports: [AuthLayout, Icon, PasswordField, RouterLink, SupportCode],
  templateUrl: './sign-in-page.html',
  styleUrl: './form.scss',
})
export class SignInPage {
  private readonly session = inject(Session);
  private readonly user = viewChild.required<ElementRef<HTMLInputElement>>('user');
  private readonly password = viewChild.required(PasswordField);

  protected readonly texts = signInTexts;
  protected readonly busy = signal(false);
  protected readonly error = signal<string | undefined>(undefined);
  /** The code with which an operator finds out why the sign-in was refused. */
  protected readonly receipt = signal<string | undefined>(undefined);
  protected readonly reason = computed(() => {
    const reason = this.session.endReason();
    return reason === undefined ? undefined : endedTexts[reason];
  });

  constructor() {
    const document = inject(DOCUMENT);
    afterNextRender(() => {
      const { isFocused, isSubmitted } = replacePrerendered(document);
      if (!isFocused) this.user().nativeElement.focus();
      if (isSubmitted) void this.submit();
    });
  }

  protected async submit(event?: Event): Promise<void> {
    event?.preventDefault();
    if (this.busy()) return;
    // Read at submit, because a password manager may fill the fields without an event.
    const user = userNameOf(this.user().nativeElement.value);
    const pwd = this.password().value();
    this.error.set(undefined);
    this.receipt.set(undefined);
    if (user === '' || pwd === '') {
      this.error.set(signInTexts.missing);
      if (user === '') this.user().nativeElement.focus();
      else this.password().focus();
      return;
    }
    this.busy.set(true);
    try {
      await this.session.signIn(user, pwd);
    } catch (error) {
      this.error.set(errorText(error));
      this.receipt.set(receiptIn(error));
      this.password().focus();
    } finally {
      this.busy.set(false);
    }
  }
}
