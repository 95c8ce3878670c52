import { Component, inject, signal } from '@angular/core';
import { Session } from './session';

@Component({
  selector: 'app-sign-in',
  template: `
    <form (submit)="signIn($event, user.value, pwd.value)">
      <p>
        <label>User <input #user autocomplete="username" value="ann" /></label>
      </p>
      <p>
        <label>Password <input #pwd type="password" autocomplete="current-password" value="secret" /></label>
      </p>
      <button>Sign in</button>
      <p role="alert">{{ error() }}</p>
    </form>
  `,
})
export class SignIn {
  private readonly session = inject(Session);
  protected readonly error = signal('');

  protected async signIn(event: Event, user: string, pwd: string): Promise<void> {
    event.preventDefault();
    try {
      await this.session.signIn(user, pwd);
    } catch {
      this.error.set('Sign-in failed. Check the user and the password, and that the server is running.');
    }
  }
}
