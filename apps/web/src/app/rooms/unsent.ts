import { DestroyRef, Service, inject } from '@angular/core';
import { type UsherRoom, injectUsher } from '@usher/angular';
import type { RoomMessage } from '@usher/client/rooms';
import { Subscription } from 'rxjs';
import { unsentKey } from '../session/typed.ts';
import { injectKept } from './kept.ts';

/** A message of the outbox. Its key is what makes it be in the room once, however often it is sent. */
interface UnsentMessage {
  readonly key: string;
  readonly text: string;
}

/** What was sent and is not known to have arrived, by room: after a reload, or when the same person is back, it goes out once. */
@Service({ autoProvided: false })
export class Unsent {
  private readonly usher = injectUsher();
  private readonly kept = injectKept(unsentKey, isUnsent);
  private readonly followed = new Set<string>();
  private readonly following = new Subscription();

  constructor() {
    inject(DestroyRef).onDestroy(() => {
      this.following.unsubscribe();
    });
  }

  /** The rooms in which something is left to be sent. */
  rooms(): readonly string[] {
    return this.kept.rooms();
  }

  /** Puts what was left behind back into the room's outbox, and keeps from now on what waits there. */
  follow(room: UsherRoom): void {
    const { name } = room;
    if (this.followed.has(name)) return;
    this.followed.add(name);
    for (const { key, text } of this.kept.of(name) ?? []) room.send(text, key);
    let before = '';
    this.following.add(
      room.messages$.subscribe((messages) => {
        // When the person leaves, the outbox is emptied; that is no news about what was in it.
        if (this.usher.socket.state.name === 'signed_out') return;
        const unsent = messages.flatMap(unsentOf);
        const now = unsent.map(({ key }) => key).join();
        if (now === before) return;
        before = now;
        this.kept.keep(name, unsent.length === 0 ? undefined : unsent);
      }),
    );
  }
}

function unsentOf({ key, text, status }: RoomMessage): UnsentMessage[] {
  return key === undefined || status === 'sent' ? [] : [{ key, text }];
}

function isUnsent(value: unknown): value is UnsentMessage[] {
  return Array.isArray(value) && value.every(isMessage);
}

function isMessage(value: unknown): value is UnsentMessage {
  if (typeof value !== 'object' || value === null || !('key' in value && 'text' in value)) return false;
  return typeof value.key === 'string' && typeof value.text === 'string';
}
