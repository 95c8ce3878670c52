import { type Signal, effect, untracked } from '@angular/core';
import type { RoomMessage } from '@usher/client/rooms';
import { roomTexts } from '../texts/room.ts';
import { after, isNews, lastSeq } from './read-mark.ts';

/**
 * Tells those who listen of new messages of others, one by one or as a number; never of what was there before, is loaded above or is
 * changed. To be called in an injection context.
 */
export function announced(
  messages: Signal<readonly RoomMessage[]>,
  user: Signal<string>,
  tell: (words: string) => void,
): void {
  let heardUntil: number | undefined;
  effect(() => {
    const all = messages();
    const last = lastSeq(all);
    if (last === 0) return;
    const before = heardUntil;
    heardUntil = Math.max(last, before ?? 0);
    if (before === undefined) return;
    const news = after(all, before).filter((message) => isNews(message, untracked(user)));
    const [only] = news;
    if (only !== undefined)
      tell(news.length === 1 ? roomTexts.heard(only.from, only.text) : roomTexts.heardMany(news.length));
  });
}
