import { Component, computed, input } from '@angular/core';
import type { PresentUser } from '@usher/client/rooms';
import { messageTexts, roomTexts } from '../texts/room.ts';
import { Avatar } from '../ui/avatar.ts';

/** The number of avatars in the header; the others are counted. */
const maxFaces = 3;

/** Shows the users who are present in the room: a few avatars and a count. Opens the full list. */
@Component({
  selector: 'app-presence-button',
  imports: [Avatar],
  template: `
    @if (people().length > 0) {
      <button type="button" class="faces" popovertarget="presence" [title]="text()">
        @for (person of faces(); track person.user) {
          <app-avatar [name]="person.user" [class.away]="person.status === 'away'" />
        }
        <span class="count" aria-hidden="true">{{ people().length }}</span>
        <span class="sr-only">{{ text() }}</span>
      </button>
    }
    <div id="presence" popover class="panel" role="group" [attr.aria-label]="texts.room.presentHeading">
      <h2>{{ texts.room.presentHeading }}</h2>
      <ul>
        @for (person of people(); track person.user) {
          <li>
            <app-avatar [name]="person.user" [class.away]="person.status === 'away'" />
            <span class="one-line">{{ person.user }}</span>
            @if (person.user === user()) {
              <span class="tag">{{ texts.message.you }}</span>
            }
            @if (person.status === 'away') {
              <span class="note">{{ texts.room.away }}</span>
            }
          </li>
        }
      </ul>
    </div>
  `,
  styleUrl: './presence-button.scss',
})
export class PresenceButton {
  /** Sorted by name. */
  readonly people = input.required<readonly PresentUser[]>();
  /** The user name of the reader. */
  readonly user = input.required<string>();

  protected readonly texts = { room: roomTexts, message: messageTexts } as const;
  /** Other users first. */
  protected readonly faces = computed(() => {
    const people = this.people();
    return [...people.filter(({ user }) => user !== this.user()), ...people.filter(({ user }) => user === this.user())]
      .toSorted((one, other) => Number(one.status === 'away') - Number(other.status === 'away'))
      .slice(0, maxFaces);
  });
  protected readonly text = computed(() => {
    const { length } = this.people();
    return length === 1 && this.people()[0]?.user === this.user()
      ? roomTexts.presentOnlyYou
      : roomTexts.present(length);
  });
}
