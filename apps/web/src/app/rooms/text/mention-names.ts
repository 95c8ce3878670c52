import { HttpClient } from '@angular/common/http';
import { Service, computed, inject, signal } from '@angular/core';
import { injectUsher } from '@usher/angular';
import type { Members } from '@usher/chat-api';
import { firstValueFrom } from 'rxjs';
import { Session } from '../../session/session.ts';

/** The minimum interval between two requests for the members (ms), however many unknown names the messages contain. */
const requestEveryMs = 10_000;
/** The number of names that are remembered as unknown. */
const maxUnknown = 1_000;

/**
 * The users that `@name` notifies in the current room: its members. Unknown names, such as `@everyone`, notify no user and are shown as
 * plain text. The members are requested when a message contains an unknown name. One instance per room pane.
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
            .presence()
            .map(({ user }) => user),
    );
  });
  private readonly unknown = new Set<string>();
  private requestedAt = -Infinity;

  /** Selects the room. */
  of(room: string): void {
    this.room.set(room);
  }

  /** Whether the name notifies a user. Reads signals, so that the result updates when the members are loaded. */
  notifies(name: string): boolean {
    return name === this.user() || this.present().has(name) || this.members().has(name);
  }

  /** Requests the members, unless this was done for these names or within the last 10 s. Never throws. */
  lookUp(names: readonly string[]): void {
    const fresh = names.filter((name) => !this.unknown.has(name));
    const room = this.room();
    const now = performance.now();
    if (fresh.length === 0 || room === undefined || now - this.requestedAt < requestEveryMs) return;
    this.requestedAt = now;
    if (this.unknown.size + fresh.length > maxUnknown) this.unknown.clear();
    for (const name of fresh.slice(0, maxUnknown)) this.unknown.add(name);
    firstValueFrom(this.http.get<Members>(`/api/rooms/${room}/members`)).then(
      ({ members }) => {
        this.members.set(new Set(members.map(({ user }) => user)));
      },
      () => {
        // The names stay plain text. The next message that contains one tries again.
        for (const name of fresh) this.unknown.delete(name);
      },
    );
  }
}
