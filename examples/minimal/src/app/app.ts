import { Component, inject } from '@angular/core';
import { Chat } from './chat';
import { Session } from './session';
import { SignIn } from './sign-in';

@Component({
  selector: 'app-root',
  imports: [Chat, SignIn],
  template: `
    <h1>Usher</h1>
    @if (session.token()) {
      <app-chat />
    } @else {
      <app-sign-in />
    }
  `,
})
export class App {
  protected readonly session = inject(Session);
}
