import { DestroyRef, type Signal, computed, effect, inject, untracked } from '@angular/core';
import { Attention } from './attention.ts';
import type { RoomView } from './open-rooms.ts';
import { advance, lastSeq, leave } from './read-mark.ts';
import { RoomDirectory } from './room-directory.ts';

/** What is read where. */
export interface Reading {
  readonly view: Signal<RoomView>;
  /** Who reads. */
  readonly user: Signal<string>;
  /** Whether the end of the room is on the screen. */
  readonly atEnd: Signal<boolean>;
}

/**
 * Keeps the mark of what was read in the room that is shown, here and on the server: what stood on the screen while somebody looked.
 * To be called in an injection context.
 */
export function followReading({ view, user, atEnd }: Reading): void {
  const attention = inject(Attention);
  const directory = inject(RoomDirectory);
  const looking = computed(() => atEnd() && attention.looking());

  /** Up to where it was read elsewhere or before. Not known yet: `undefined`; nothing known about it: 0 messages back. */
  const read = computed(() => {
    const { room } = view();
    const heard = room.unread()?.read;
    if (heard !== undefined) return { until: heard };
    if (directory.rooms() === undefined && directory.error() === undefined) return undefined;
    const known = directory.find(room.name);
    // Who only visits has no mark.
    return { until: known?.mine === true ? known.read : undefined };
  });

  effect(() => {
    const { mark, room } = view();
    const messages = room.messages();
    const before = read();
    const known = room.state().name === 'joined' || messages.length > 0;
    if (!known || before === undefined) return;
    const looked = { messages, user: user(), looking: looking(), read: before.until };
    mark.set(advance(untracked(mark), looked));
  });
  effect(() => {
    const { room } = view();
    const last = lastSeq(room.messages());
    // Not before it is known how far the room was read: the answer would then include this, and the line of new messages be lost.
    if (read() !== undefined && looking() && room.state().name === 'joined' && last > 0) room.read(last);
  });

  inject(DestroyRef).onDestroy(() => {
    const { mark } = untracked(view);
    const now = untracked(mark);
    if (now !== undefined) mark.set(leave(now));
  });
}
