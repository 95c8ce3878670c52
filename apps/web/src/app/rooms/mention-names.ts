import { HttpClient } from '@angular/common/http';
import { Service, computed, inject, signal } from '@angular/core';
import { injectUsher } from '@usher/angular';
import type { Members } from '@usher/protocol';
import { firstValueFrom } from 'rxjs';
import { Session } from '../session/session.ts';

/** The members of a room are requested at most once in this time (ms), however many unknown names its messages contain. */
const requestEveryMs = 10_000;
/** Names that are remembered as unknown. */
const mostUnknown = 1_000;

/**
 * Who is notified by `@name` in the room that is shown: its members. A name that nobody has, as in `@everyone`, notifies nobody and is
 * shown as plain text. The members are requested when a message contains a name that is not known yet. One for each room pane.
 */
@Service({ autoProvided: false })
export class MentionNames {
  private readonly http = inject(HttpClient);
  private readonly usher = injectUsher();
  private readonly user = inject(Session).user;
  private readonly room = signal<string | undefined>(undefined);
  private readonly members = signal<ReadonlySet<string>>(new Set());
  private readonly present = computed(() => {
    const room = this.room();
    return new Set(
      room === undefined
        ? []
        : this.usher
            .room(room)
            .people()
            .map(({ user }) => user),
    );
  });
  private readonly unknown = new Set<string>();
  private requestedAt = -Infinity;

  /** The room of the pane. */
  of(room: string): void {
    this.room.set(room);
  }

  /** Whether the name notifies a user. A signal read: it changes once the members are known. */
  notifies(name: string): boolean {
    return name === this.user() || this.present().has(name) || this.members().has(name);
  }

  /** Requests the members, unless that was done for this name or just now. Never throws. */
  lookUp(names: readonly string[]): void {
    const news = names.filter((name) => !this.unknown.has(name));
    const room = this.room();
    const now = performance.now();
    if (news.length === 0 || room === undefined || now - this.requestedAt < requestEveryMs) return;
    this.requestedAt = now;
    if (this.unknown.size + news.length > mostUnknown) this.unknown.clear();
    for (const name of news.slice(0, mostUnknown)) this.unknown.add(name);
    firstValueFrom(this.http.get<Members>(`/api/rooms/${room}/members`)).then(
      ({ members }) => {
        this.members.set(new Set(members.map(({ user }) => user)));
      },
      () => {
        // The names stay plain text; the next message that contains one tries again.
        for (const name of news) this.unknown.delete(name);
      },
    );
  }
}
