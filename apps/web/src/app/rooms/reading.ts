import { DOCUMENT, DestroyRef, type Signal, computed, effect, inject, signal, untracked } from '@angular/core';
import { Attention } from './attention.ts';
import type { RoomView } from './open-rooms.ts';
import type { HistoryWindow } from './history-window.ts';
import {
  type Held,
  type SeqRange,
  advance,
  covers,
  firstUnread,
  isFromOther,
  lastSeq,
  leave,
  readAll,
} from './read-mark.ts';
import { RoomDirectory } from './room-directory.ts';

/** The inputs of `followReading`. */
export interface ReadingOptions {
  readonly view: Signal<RoomView>;
  readonly user: Signal<string>;
  /** The history window, if it is shown instead of the live timeline. */
  readonly history: Signal<HistoryWindow | undefined>;
  /** Whether the end of the room is on the screen. */
  readonly atEnd: Signal<boolean>;
  /** The messages on the screen, in the list that is shown. */
  readonly screen: Signal<SeqRange | undefined>;
}

/** The unread messages of the current room. */
export interface UnreadHere {
  /** As the server counts them: at most 1,000. */
  readonly count: number;
  readonly first: { readonly seq: number; readonly at: number };
}

export interface Reading {
  /** `undefined` if nothing is unread, and until the first unread message is known. */
  readonly unread: Signal<UnreadHere | undefined>;
  /** Marks everything in the room as read. */
  markRead(): void;
}

/** The minimum interval between two updates of the read marker while the user scrolls through unread messages (ms). */
const sendEveryMs = 500;
/** The limits of the search for the first unread message, which may be preceded by many edits or own messages. */
const searched = { pages: 20, messages: 50 };

/**
 * Keeps the read state of the current room (see `ReadMark`), locally and on the server. Must be called in an injection context.
 */
export function followReading({ view, user, history, atEnd, screen }: ReadingOptions): Reading {
  const attention = inject(Attention);
  const directory = inject(RoomDirectory);
  const looking = computed(() => atEnd() && attention.looking());
  /** The first unread message after a read marker, as found on the server. */
  const found = signal<(UnreadHere['first'] & { readonly after: number }) | undefined>(undefined);

  const live = computed((): Held => {
    const { room } = view();
    const messages = room.messages();
    return { messages, oldest: room.oldest ?? Infinity };
  });
  const older = computed((): Held | undefined => {
    const shown = history();
    return shown && { messages: shown.messages(), oldest: shown.oldest };
  });

  /** The read marker of the server; `undefined` while unknown. Non-members have none. */
  const read = computed(() => {
    const { room } = view();
    const heard = room.unread()?.read;
    if (heard !== undefined) return { until: heard };
    if (directory.rooms() === undefined && directory.error() === undefined) return undefined;
    const known = directory.find(room.name);
    return { until: known?.isMember === true ? known.read : undefined };
  });
  const count = computed(() => directory.find(view().room.name)?.unread ?? 0);

  effect(() => {
    const { mark, room } = view();
    const held = live();
    const before = read();
    const known = room.state().name === 'joined' || held.messages.length > 0;
    if (!known || before === undefined) return;
    const range = attention.looking() ? screen() : undefined;
    const shown = range && { ...(older() ?? held), ...range };
    const looked = { live: held, screen: shown, user: user(), looking: looking(), read: before.until };
    mark.set(advance(untracked(mark), { ...looked, first: found()?.seq }));
  });

  /** The read marker, if the first unread message after it is in neither list. */
  const unknown = computed(() => {
    const { mark, room } = view();
    const seq = mark()?.read;
    if (seq === undefined || count() === 0 || room.state().name !== 'joined') return undefined;
    return [older(), live()].some((list) => list !== undefined && covers(list, seq)) ? undefined : seq;
  });
  effect(() => {
    const after = unknown();
    if (after === undefined || untracked(found)?.after === after) return;
    const { name } = untracked(view).room;
    void search(name, after, user()).then(
      (first) => {
        if (first !== undefined && untracked(unknown) === after) found.set({ ...first, after });
      },
      // On an error, nothing is offered. The next connection or read marker searches again.
      () => undefined,
    );
  });

  async function search(room: string, after: number, self: string): Promise<UnreadHere['first'] | undefined> {
    for (let page = 0; page < searched.pages; page++) {
      const { messages, more } = await directory.page(room, { after, limit: searched.messages });
      const first = messages.find(
        (message) => message.edits === undefined && message.deletes === undefined && isFromOther(message, self),
      );
      if (first !== undefined) return { seq: first.seq, at: first.at };
      after = messages.at(-1)?.seq ?? after;
      if (!more) return undefined;
    }
    return undefined;
  }

  const unread = computed((): UnreadHere | undefined => {
    const seq = view().mark()?.read;
    const unreadCount = count();
    if (seq === undefined || unreadCount === 0) return undefined;
    const list = [older(), live()].find((held) => held !== undefined && covers(held, seq));
    const first = list === undefined ? found() : firstUnread(list, seq, user());
    if (first?.seq === undefined || first.seq <= seq) return undefined;
    return { count: unreadCount, first: { seq: first.seq, at: first.at } };
  });

  let timer: ReturnType<typeof setTimeout> | undefined;
  let sentAt = -Infinity;
  function send(): void {
    clearTimeout(timer);
    timer = undefined;
    sentAt = performance.now();
    const { mark, room } = untracked(view);
    const seq = untracked(mark)?.read ?? 0;
    if (seq > (untracked(read)?.until ?? 0)) room.read(seq);
  }
  effect(() => {
    const { mark, room } = view();
    const seq = mark()?.read ?? 0;
    if (seq === 0 || !attention.looking() || room.state().name !== 'joined') return;
    untracked(() => {
      // A marker at the end of the room is sent immediately, so that the count in the room list is correct.
      const waitMs = seq >= lastSeq(live().messages) ? 0 : sentAt + sendEveryMs - performance.now();
      if (waitMs <= 0) send();
      else timer ??= setTimeout(send, waitMs);
    });
  });

  // Sends the pending marker before the page is closed.
  const window = inject(DOCUMENT).defaultView;
  const flush = (): void => {
    if (timer !== undefined) send();
  };
  window?.addEventListener('pagehide', flush);
  inject(DestroyRef).onDestroy(() => {
    window?.removeEventListener('pagehide', flush);
    flush();
    const { mark } = untracked(view);
    const now = untracked(mark);
    if (now !== undefined) mark.set(leave(now));
  });

  return {
    unread,
    markRead() {
      const { mark, room } = untracked(view);
      const now = untracked(mark);
      if (now === undefined) return;
      const seq = Math.max(lastSeq(untracked(live).messages), directory.find(room.name)?.seq ?? 0);
      mark.set(readAll(now, seq));
      room.read(seq);
    },
  };
}
