import { type Signal, effect, untracked } from '@angular/core';
import type { RoomMessage } from '@usher/client/rooms';
import { roomTexts } from '../texts/room.ts';
import { after, isFromOther, lastSeq } from './read-mark.ts';

/**
 * Announces new messages of other users to screen readers, one by one or as a count. Existing messages, older pages and edits are not
 * announced. Must be called in an injection context.
 */
export function announceMessages(
  messages: Signal<readonly RoomMessage[]>,
  user: Signal<string>,
  announce: (text: string) => void,
): void {
  let announcedUntil: number | undefined;
  effect(() => {
    const all = messages();
    const last = lastSeq(all);
    if (last === 0) return;
    const before = announcedUntil;
    announcedUntil = Math.max(last, before ?? 0);
    if (before === undefined) return;
    const added = after(all, before).filter((message) => isFromOther(message, untracked(user)));
    const [only] = added;
    if (only !== undefined)
      announce(added.length === 1 ? roomTexts.announced(only.from, only.text) : roomTexts.announcedMany(added.length));
  });
}
