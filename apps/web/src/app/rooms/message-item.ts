import { Component, computed, input, output } from '@angular/core';
import type { RoomMessage } from '@usher/client/rooms';
import { Avatar, hueOf } from '../ui/avatar.ts';
import { Icon } from '../ui/icon.ts';
import { messageTexts } from '../texts/room.ts';
import { RichText } from './text/rich-text.ts';
import { momentOf, timeOf } from './times.ts';

/** An action on a message. */
export interface MessageAction {
  readonly kind: 'retry' | 'discard' | 'menu';
  readonly message: RoomMessage;
  /** The button that triggered it. */
  readonly button?: HTMLElement;
}

/** One message: author, content, time, and the delivery status of own messages. */
@Component({
  selector: 'li[app-message]',
  imports: [Avatar, Icon, RichText],
  host: {
    class: 'message',
    '[class.own]': 'own()',
    '[class.first]': 'first()',
    '[class.last]': 'last()',
    '[class.gone]': 'gone()',
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
  /** The user name of the reader. */
  readonly user = input.required<string>();
  /** Whether this message is in the tab order. The arrow keys lead to the others. */
  readonly stop = input(false);
  readonly act = output<MessageAction>();

  protected readonly texts = messageTexts;
  protected readonly hue = computed(() => hueOf(this.message().from));
  protected readonly time = computed(() => timeOf(this.message().at));
  protected readonly moment = computed(() => momentOf(this.message().at));
  protected readonly iso = computed(() => new Date(this.message().at).toISOString());
  protected readonly gone = computed(() => this.message().deleted !== undefined);
  protected readonly edited = computed(() => {
    const { edited } = this.message();
    return edited === undefined || this.gone() ? undefined : messageTexts.editedAt(momentOf(edited));
  });
  /** The delivery status is that of a pending edit, not of the message itself. */
  private readonly changing = computed(() => this.message().change !== undefined);
  protected readonly failure = computed(() => {
    const { error } = this.message();
    const texts: Readonly<Partial<Record<string, string>>> = messageTexts.errors;
    const why = error === undefined ? undefined : (texts[error] ?? messageTexts.errors.other);
    if (this.changing()) return why === undefined ? messageTexts.unchanged : messageTexts.unchangedBecause(why);
    return why === undefined ? messageTexts.failed : messageTexts.failedBecause(why);
  });
  protected readonly way = computed(() => {
    const { status } = this.message();
    if (status === 'waiting') return messageTexts.waiting;
    if (status === 'sending') return this.changing() ? messageTexts.changing : messageTexts.sending;
    return undefined;
  });

  protected retry(): void {
    this.act.emit({ kind: 'retry', message: this.message() });
  }

  protected discard(): void {
    this.act.emit({ kind: 'discard', message: this.message() });
  }

  protected menu(button: HTMLElement): void {
    this.act.emit({ kind: 'menu', message: this.message(), button });
  }
}
