import { type Signal, effect, untracked } from '@angular/core';
import type { RoomMessage } from '@usher/client/rooms';
import { roomTexts } from '../texts/room.ts';
import { after, isNews, lastSeq } from './read-mark.ts';

/**
 * Announces new messages of other users to screen readers, one by one or as a count. Existing messages, older pages and edits are not
 * announced. Must be called in an injection context.
 */
export function announceMessages(
  messages: Signal<readonly RoomMessage[]>,
  user: Signal<string>,
  announce: (words: string) => void,
): void {
  let announcedUntil: number | undefined;
  effect(() => {
    const all = messages();
    const last = lastSeq(all);
    if (last === 0) return;
    const before = announcedUntil;
    announcedUntil = Math.max(last, before ?? 0);
    if (before === undefined) return;
    const news = after(all, before).filter((message) => isNews(message, untracked(user)));
    const [only] = news;
    if (only !== undefined)
      announce(news.length === 1 ? roomTexts.announced(only.from, only.text) : roomTexts.announcedMany(news.length));
  });
}
