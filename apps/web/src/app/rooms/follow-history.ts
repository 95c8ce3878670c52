import { DestroyRef, type Signal, computed, effect, inject, signal, untracked } from '@angular/core';
import { injectUsher } from '@usher/angular';
import type { RoomView } from './open-rooms.ts';
import { HistoryWindow } from './history-window.ts';
import { RoomDirectory } from './room-directory.ts';
import { indexOfSeq } from './rows.ts';

export interface HistoryOptions {
  readonly name: Signal<string>;
  readonly view: Signal<RoomView>;
  /** The sequence number of the message to show, if any. */
  readonly at: Signal<number | undefined>;
}

/**
 * Creates a history window around a message, unless the message is already in the live timeline. Must be called in an injection context.
 */
export function followHistory({ name, view, at }: HistoryOptions): {
  readonly shown: Signal<HistoryWindow | undefined>;
} {
  const directory = inject(RoomDirectory);
  const usher = injectUsher();
  const window = signal<HistoryWindow | undefined>(undefined);

  const held = computed(() => {
    const seq = at();
    const { room } = view();
    const messages = room.messages();
    return seq === undefined || messages[indexOfSeq(messages, seq)]?.seq === seq;
  });
  effect(() => {
    const seq = at();
    const room = name();
    // Once created, the window stays, even if the message is loaded into the timeline later, so that the view does not jump.
    if (seq === undefined || untracked(held)) {
      window.set(undefined);
      return;
    }
    const history = new HistoryWindow((query) => directory.page(room, query), seq);
    window.set(history);
    untracked(() => {
      void history.fetchNewer();
      void history.fetchOlder();
    });
  });
  const changes = usher.socket.on('message').subscribe((message) => {
    if (message.room === untracked(name)) untracked(window)?.apply(message);
  });
  inject(DestroyRef).onDestroy(() => {
    changes.unsubscribe();
  });
  return { shown: window.asReadonly() };
}
