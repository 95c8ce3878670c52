import { HttpClient } from '@angular/common/http';
import { computed, inject } from '@angular/core';
import { injectUsher } from '@usher/angular';
import type { Member, Members } from '@usher/chat-api';
import { firstValueFrom } from 'rxjs';
import { language } from '../texts/language.ts';
import { Loader } from '../ui/loader.ts';

/** The members of a room, with the calls that change them. Must be created in an injection context. */
export class RoomMembers {
  private readonly http = inject(HttpClient);
  private readonly usher = injectUsher();
  private readonly room: string;
  private readonly loader = new Loader(async () => {
    const { members } = await firstValueFrom(this.http.get<Members>(this.url));
    return members.toSorted((one, other) => one.user.localeCompare(other.user, language));
  });

  /** Sorted by name, with current presence; `undefined` until loaded. */
  readonly list = computed(() => {
    const presence = new Map(
      this.usher
        .room(this.room)
        .presence()
        .map(({ user, status }) => [user, status]),
    );
    return this.loader
      .value()
      ?.map((member): Member => ({ ...member, status: presence.get(member.user) ?? member.status }));
  });
  readonly error = this.loader.error;

  constructor(room: string) {
    this.room = room;
  }

  /** Never throws: an error is available as `error`. */
  async load(): Promise<void> {
    await this.loader.refresh();
  }

  /** @throws HttpErrorResponse, with `not_found` if the user does not exist */
  async add(user: string): Promise<void> {
    await firstValueFrom(this.http.put(`${this.url}/${encodeURIComponent(user)}`, undefined));
    await this.load();
  }

  /** @throws HttpErrorResponse */
  async remove(user: string): Promise<void> {
    await firstValueFrom(this.http.delete(`${this.url}/${encodeURIComponent(user)}`));
    await this.load();
  }

  private get url(): string {
    return `/api/rooms/${this.room}/members`;
  }
}
