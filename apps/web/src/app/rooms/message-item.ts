import { Component, computed, input, output } from '@angular/core';
import type { RoomMessage } from '@usher/client/rooms';
import { Avatar, hueOf } from '../ui/avatar.ts';
import { Icon } from '../ui/icon.ts';
import { texts } from '../texts.ts';
import { momentOf, timeOf } from './times.ts';

/** One message: who, what, when, and of one's own how far it got. */
@Component({
  selector: 'li[app-message]',
  imports: [Avatar, Icon],
  host: {
    class: 'message',
    '[class.own]': 'own()',
    '[class.first]': 'first()',
    '[class.last]': 'last()',
    '[attr.data-seq]': 'message().seq ?? null',
    '[attr.data-status]': 'message().status',
  },
  templateUrl: './message-item.html',
  styleUrl: './message-item.scss',
})
export class MessageItem {
  readonly message = input.required<RoomMessage>();
  readonly own = input.required<boolean>();
  readonly first = input.required<boolean>();
  readonly last = input.required<boolean>();
  readonly retry = output<string>();
  readonly discard = output<string>();

  protected readonly texts = texts;
  protected readonly hue = computed(() => hueOf(this.message().from));
  protected readonly time = computed(() => timeOf(this.message().at));
  protected readonly moment = computed(() => momentOf(this.message().at));
  protected readonly iso = computed(() => new Date(this.message().at).toISOString());
  protected readonly trouble = computed(() => {
    const { error } = this.message();
    if (error === undefined) return texts.message.failed;
    const words: Readonly<Partial<Record<string, string>>> = texts.message.errors;
    return texts.message.failedBecause(words[error] ?? texts.message.errors.other);
  });

  protected again(): void {
    const { key } = this.message();
    if (key !== undefined) this.retry.emit(key);
  }

  protected drop(): void {
    const { key } = this.message();
    if (key !== undefined) this.discard.emit(key);
  }
}
