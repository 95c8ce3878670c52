import { Component, effect, inject } from '@angular/core';
import { injectUsher } from '@usher/angular';
import { Session } from './session';

@Component({
  selector: 'app-root',
  template: `
    <h1>Usher with server-side rendering</h1>
    <p>
      Connection: <span role="status">{{ usher.state().name }}</span>
    </p>
    @if (session.token()) {
      <ul aria-label="Messages">
        @for (message of room.messages(); track message.key ?? message.seq) {
          <li>{{ message.from }}: {{ message.text }}</li>
        }
      </ul>
      <input #text aria-label="Message" (keyup.enter)="room.send(text.value); text.value = ''" />
    } @else {
      <button type="button" (click)="session.enter()">Enter as a guest</button>
    }
  `,
})
export class App {
  protected readonly session = inject(Session);
  protected readonly usher = injectUsher();
  protected readonly room = this.usher.room('general');

  constructor() {
    // Does nothing on the server. In the browser it waits for a token.
    this.usher.start();
    effect(() => {
      if (this.usher.welcome()) this.room.open();
    });
  }
}
