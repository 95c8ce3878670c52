import { HttpErrorResponse } from '@angular/common/http';
import { type Signal, computed, signal } from '@angular/core';
import type { RoomMessage } from '@usher/client/rooms';
import type { MessagePage } from '@usher/chat-api';
import type { Message } from '@usher/protocol';
import type { PageState } from './message-log.ts';

/** Requests a page of messages in ascending order. @throws HttpErrorResponse */
export type GetPage = (query: {
  readonly before?: number;
  readonly after?: number;
  readonly limit: number;
}) => Promise<MessagePage>;

/** The messages of a page, and the maximum that is kept. Beyond it, the messages farthest from the reader are dropped. */
const pageSize = 50;
const maxHeld = 2_000;

/**
 * A window into the history of a room, independent of the live timeline: the messages around one message, with pages before and after on
 * demand. Call `apply` for each message that arrives.
 */
export class HistoryWindow {
  private readonly get: GetPage;
  private readonly list = signal<readonly RoomMessage[]>([]);
  /** The range of loaded sequence numbers, without gaps. Edits and deletions have sequence numbers too. */
  private first: number;
  private last: number;
  private readonly moreBefore = signal(true);
  private readonly moreAfter = signal(true);
  private readonly before = signal<PageState>('idle');
  private readonly behind = signal<PageState>('idle');

  readonly messages = this.list.asReadonly();
  /** The first sequence number of the window. Changes together with `messages`. */
  get oldest(): number {
    return this.first;
  }
  readonly hasOlder = this.moreBefore.asReadonly();
  readonly hasNewer = this.moreAfter.asReadonly();
  readonly older = this.before.asReadonly();
  readonly newer = this.behind.asReadonly();
  /** Whether both sides of the message are loaded, so that it can be shown in its place. */
  readonly known: Signal<boolean> = computed(() => this.list().length > 0);

  /** @param around the sequence number of the message */
  constructor(get: GetPage, around: number) {
    this.get = get;
    this.first = around;
    this.last = around - 1;
  }

  async fetchOlder(): Promise<void> {
    await this.fetch(this.before, async () => {
      const { messages, more } = await this.get({ before: this.first, limit: pageSize });
      this.first = messages[0]?.seq ?? this.first;
      this.moreBefore.set(more);
      this.list.update((list) => [...messages.flatMap(shown), ...list].slice(0, maxHeld));
      if (this.list().length === maxHeld) this.forgetAfter();
    });
  }

  async fetchNewer(): Promise<void> {
    await this.fetch(this.behind, async () => {
      const { messages, more } = await this.get({ after: this.last, limit: pageSize });
      this.last = messages.at(-1)?.seq ?? this.last;
      this.moreAfter.set(more);
      this.list.update((list) => [...list, ...messages.flatMap(shown)].slice(-maxHeld));
      if (this.list().length === maxHeld) this.forgetBefore();
    });
  }

  /** Adds a message, edit or deletion that was received from the server. */
  apply(message: Message): void {
    const changed = message.edits ?? message.deletes;
    if (changed === undefined) {
      // A message after the last loaded page is part of a later page.
      this.moreAfter.set(true);
      return;
    }
    this.list.update((list) => {
      const index = list.findIndex(({ seq }) => seq === changed);
      const target = list[index];
      if (target === undefined) return list;
      const now =
        message.edits === undefined ? { text: '', deleted: message.at } : { text: message.text, edited: message.at };
      return list.with(index, { ...target, ...now });
    });
  }

  private forgetAfter(): void {
    this.last = this.list().at(-1)?.seq ?? this.last;
    this.moreAfter.set(true);
  }

  private forgetBefore(): void {
    this.first = this.list()[0]?.seq ?? this.first;
    this.moreBefore.set(true);
  }

  private async fetch(state: typeof this.before, get: () => Promise<void>): Promise<void> {
    if (state() === 'loading') return;
    state.set('loading');
    try {
      await get();
      state.set('idle');
    } catch (error) {
      state.set('failed');
      if (!(error instanceof HttpErrorResponse)) throw error;
    }
  }
}

function shown({ seq, id, from, text, at, edits, deletes, edited, deleted }: Message): RoomMessage[] {
  if (edits !== undefined || deletes !== undefined) return [];
  return [{ seq, id, from, text, at, status: 'sent', ...(edited && { edited }), ...(deleted && { deleted }) }];
}
