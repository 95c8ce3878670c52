import { Component, effect, inject } from '@angular/core';
import { injectUsher } from '@usher/angular';
import { Session } from './session';

@Component({
  selector: 'app-chat',
  template: `
    <p>
      Connection: <span role="status">{{ usher.state().name }}</span>
      <button type="button" (click)="session.token.set(undefined)">Sign out</button>
    </p>
    <ul aria-label="Messages">
      @for (message of room.messages(); track message.key ?? message.seq) {
        <li>{{ message.from }}: {{ message.text }}</li>
      }
    </ul>
    <form (submit)="send($event, text)">
      <input #text aria-label="Message" />
      <button>Send</button>
    </form>
  `,
})
export class Chat {
  protected readonly session = inject(Session);
  protected readonly usher = injectUsher();
  protected readonly room = this.usher.room('general');

  constructor() {
    this.usher.start();
    effect(() => {
      // Joins the room, and joins it again for the next user.
      if (this.usher.welcome()) this.room.open();
    });
  }

  protected send(event: Event, input: HTMLInputElement): void {
    event.preventDefault();
    if (input.value !== '') this.room.send(input.value);
    input.value = '';
  }
}
