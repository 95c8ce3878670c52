import { DOCUMENT, DestroyRef, Service, effect, inject, signal, untracked } from '@angular/core';
import { Router } from '@angular/router';
import { injectUsher } from '@usher/angular';
import type { Room } from '@usher/chat-api';
import { mentionsUser } from '../rooms/room-activity.ts';
import { RoomDirectory } from '../rooms/room-directory.ts';
import { Session } from '../session/session.ts';
import { notifyTexts } from '../texts/notify.ts';
import { NotifyChoice } from './notify-choice.ts';
import { injectOneTab } from './one-tab.ts';

/** The number of messages before the latest one that are searched for the mention. */
const maxSearched = 50;
/** The longest text of a notification, in characters. */
const maxShown = 200;
/** The number of notifications that are open at once; the oldest one is closed first. */
const maxOpen = 8;

/** The content of a notification. */
interface Mention {
  readonly seq: number;
  readonly from: string;
  readonly text: string;
}

/**
 * Shows a notification for each mention while the user is not looking at the page, if notifications are turned on. If the user has not
 * decided yet, offers them when the user returns. Belongs to the session: after sign-out nothing is shown.
 */
@Service({ autoProvided: false })
export class Notifier {
  private readonly document = inject(DOCUMENT);
  private readonly directory = inject(RoomDirectory);
  private readonly usher = injectUsher();
  private readonly session = inject(Session);
  private readonly router = inject(Router);
  private readonly choice = inject(NotifyChoice);
  private readonly tab = injectOneTab();
  /** The last known state of each room; undefined before the first response. */
  private known: ReadonlyMap<string, Room> | undefined;
  private readonly open = new Set<Notification>();
  private readonly offer = signal(false);
  private over = false;

  /** Whether to show the offer to turn on notifications. */
  readonly offered = this.offer.asReadonly();

  constructor() {
    effect(() => {
      const own = this.directory.own();
      if (own === undefined) return;
      untracked(() => {
        this.compare(own);
      });
    });
    inject(DestroyRef).onDestroy(() => {
      this.over = true;
      for (const notification of this.open) notification.close();
    });
  }

  /** Hides the offer after the user accepted or dismissed it. */
  closeOffer(): void {
    this.offer.set(false);
  }

  private compare(own: readonly Room[]): void {
    const before = this.known;
    this.known = new Map(own.map((room) => [room.room, room]));
    if (before === undefined || this.document.visibilityState === 'visible') return;
    for (const room of own) {
      const known = before.get(room.room);
      const since = known?.seq ?? room.read;
      if (room.mentions > (known?.mentions ?? 0) && room.seq > since) void this.notify(room, since);
    }
  }

  private async notify(room: Room, since: number): Promise<void> {
    if (this.choice.isOpen()) {
      this.offer.set(true);
      return;
    }
    if (!this.choice.on() || !(await this.tab.mayNotify())) return;
    const mention = this.mentionIn(this.usher.room(room.room).messages(), since) ?? (await this.fetched(room, since));
    if (mention === undefined || this.over || this.document.visibilityState === 'visible') return;
    this.show(room, mention);
  }

  private show({ room, title }: Room, { seq, from, text }: Mention): void {
    const notification = this.made(notifyTexts.title(from, title), {
      body: text.length > maxShown ? `${text.slice(0, maxShown)} …` : text,
      // The same tag in every tab, so that a message is shown only once.
      tag: `${room}:${seq}`,
      icon: 'favicon.svg',
    });
    if (notification === undefined) return;
    notification.addEventListener('click', () => {
      this.document.defaultView?.focus();
      notification.close();
      if (!this.over) void this.router.navigate(['/rooms', room], { queryParams: { at: seq } });
    });
    notification.addEventListener('close', () => this.open.delete(notification));
    this.open.add(notification);
    for (const old of this.open) {
      if (this.open.size <= maxOpen) break;
      old.close();
      this.open.delete(old);
    }
  }

  private made(title: string, options: NotificationOptions): Notification | undefined {
    try {
      return new Notification(title, options);
    } catch (error) {
      // Some browsers reveal only here that they lack notifications: Chrome on Android grants the permission, but the constructor throws.
      if (!(error instanceof TypeError)) throw error;
      this.choice.impossible();
      return undefined;
    }
  }

  /** Fetches the latest mention. For rooms that are not joined, the server sends only counts. */
  private async fetched({ room, seq }: Room, since: number): Promise<Mention | undefined> {
    try {
      const { messages } = await this.directory.page(room, { before: seq + 1, limit: maxSearched });
      return this.mentionIn(messages, since);
    } catch {
      // The mention stays visible in the room list.
      return undefined;
    }
  }

  private mentionIn(messages: readonly Partial<Mention & { deleted: number }>[], since: number): Mention | undefined {
    const user = this.session.user() ?? '';
    for (const { seq, from, text, deleted } of messages.toReversed()) {
      if (seq === undefined || from === undefined || text === undefined) continue;
      if (seq <= since) return undefined;
      if (from !== user && deleted === undefined && mentionsUser(text, user)) return { seq, from, text };
    }
    return undefined;
  }
}
