import {
  type ElementRef,
  Component,
  DOCUMENT,
  DestroyRef,
  ErrorHandler,
  Injector,
  afterNextRender,
  computed,
  effect,
  inject,
  input,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { NgTemplateOutlet } from '@angular/common';
import { Router, RouterLink } from '@angular/router';
import { injectUsher } from '@usher/angular';
import { OutboxFull, type RoomMessage } from '@usher/client/rooms';
import { Session } from '../session/session.ts';
import { composerTexts, messageTexts, roomTexts } from '../texts/room.ts';
import { roomsTexts } from '../texts/rooms.ts';
import { injectDialog } from '../ui/dialog.ts';
import { Icon } from '../ui/icon.ts';
import { PageTitle } from '../ui/page-title.ts';
import { announceMessages } from './announce-messages.ts';
import { followArchival } from './follow-archival.ts';
import { Composer } from './composer.ts';
import { injectCopyText } from './copy-text.ts';
import { PresenceButton } from './presence-button.ts';
import type { MessageAction } from './message-item.ts';
import { MentionNames } from './text/mention-names.ts';
import { MessageLog, type PageState } from './message-log.ts';
import { MessageMenu } from './message-menu.ts';
import { OpenRooms, type Place, type RoomView } from './open-rooms.ts';
import { followHistory } from './follow-history.ts';
import { type UnreadHere, followReading } from './reading.ts';
import { RoomDirectory } from './room-directory.ts';
import { RoomMenu } from './room-menu.ts';
import { indexOfSeq } from './rows.ts';
import { mentionCandidates } from './completion.ts';
import { denialText, writeErrorText } from './room-errors.ts';
import { UnreadPill } from './unread-pill.ts';

/** The text limit until the server has sent its own. */
const usualTextChars = 4_000;
/** The distance of the first unread message from the upper edge (px): space for the line and one message of context. */
const jumpOffset = 120;

@Component({
  selector: 'app-room-pane',
  imports: [
    Composer,
    PresenceButton,
    Icon,
    MessageLog,
    MessageMenu,
    NgTemplateOutlet,
    RoomMenu,
    RouterLink,
    UnreadPill,
  ],
  providers: [MentionNames],
  templateUrl: './room-pane.html',
  styleUrl: './room-pane.scss',
})
export class RoomPane {
  readonly name = input.required<string>();
  readonly view = input.required<RoomView>();
  /** The sequence number of a message to show with its context. */
  readonly at = input<number>();

  private readonly usher = injectUsher();
  private readonly session = inject(Session);
  private readonly open = inject(OpenRooms);
  private readonly directory = inject(RoomDirectory);
  private readonly pageTitle = inject(PageTitle);
  private readonly errors = inject(ErrorHandler);
  private readonly openDialog = injectDialog();
  private readonly router = inject(Router);
  private readonly injector = inject(Injector);
  private readonly document = inject(DOCUMENT);
  private readonly copyText = injectCopyText();
  private readonly composer = viewChild(Composer);
  private readonly log = viewChild(MessageLog);
  private readonly messageMenu = viewChild(MessageMenu);
  private readonly heading = viewChild.required<ElementRef<HTMLElement>>('heading');

  protected readonly texts = { room: roomTexts, rooms: roomsTexts } as const;
  protected readonly user = computed(() => this.session.user() ?? '');
  protected readonly title = computed(() => this.directory.title(this.name()));
  protected readonly isPrivate = computed(() => this.directory.find(this.name())?.private === true);
  protected readonly isArchived = computed(() => this.directory.find(this.name())?.archived === true);
  protected readonly most = computed(() => this.usher.welcome()?.limits.textChars ?? usualTextChars);
  protected readonly messages = computed(() => this.view().room.messages());
  protected readonly known = computed(() => this.view().room.state().name === 'joined' || this.messages().length > 0);
  protected readonly mark = computed(() => this.view().mark());
  protected readonly hasOlder = computed(() => {
    // Sequence numbers are contiguous from 1, including edits, so there are older messages unless the first one is loaded.
    this.messages();
    return (this.view().room.oldest ?? 1) > 1;
  });
  protected readonly older = signal<PageState>('idle');
  /** The first unread message, after the user jumped to it. */
  private readonly target = signal<Exclude<Place, 'end'> | undefined>(undefined);
  private readonly wanted = computed(() => this.target()?.seq ?? this.at());
  protected readonly history = followHistory({ name: this.name, view: this.view, at: this.wanted });
  /** The initial position in the history window. A search result has its own (`at`). */
  protected readonly historyPlace = computed(() => this.target() ?? 'end');
  protected readonly hit = computed(() => (this.target() === undefined ? this.at() : undefined));
  private readonly reading = followReading({
    view: this.view,
    user: this.user,
    history: this.history.shown,
    atEnd: computed(() => this.history.shown() === undefined && this.log()?.atEnd() === true),
    screen: computed(() => this.log()?.screen()),
  });
  /** The unread messages, if the first of them is above the screen. */
  protected readonly unreadAbove = computed(() => {
    const unread = this.reading.unread();
    const screen = this.log()?.screen();
    return unread !== undefined && screen !== undefined && unread.first.seq < screen.from ? unread : undefined;
  });
  protected readonly writing = computed(() => {
    const names = this.view().room.typingUsers();
    return names.length === 0 ? '' : roomTexts.typing(names);
  });
  /** Users who can be mentioned: recent authors, then the other users in the room. */
  protected readonly people = computed(() =>
    mentionCandidates(this.messages(), this.view().room.presence(), this.user()),
  );
  /** The message that is being edited in the composer. */
  protected readonly editing = signal<RoomMessage | undefined>(undefined);
  protected readonly failure = signal<string | undefined>(undefined);
  /** The latest announcement for screen readers: new messages of other users and results of actions. */
  protected readonly announcement = signal('');
  protected readonly denied = computed(() => {
    const state = this.view().room.state();
    if (state.name !== 'denied') return undefined;
    return denialText(state.code, untracked(this.view().mark) !== undefined);
  });

  constructor() {
    const names = inject(MentionNames);
    effect(() => {
      names.of(this.name());
    });
    effect(() => {
      this.pageTitle.show(this.title());
    });
    followArchival(this.name, this.messages, (isReadOnly) => {
      this.announcement.set(isReadOnly ? composerTexts.archived : composerTexts.restored);
    });
    // A new search result replaces the jump target.
    effect(() => {
      this.at();
      this.target.set(undefined);
    });
    announceMessages(this.messages, this.user, (text) => {
      this.announcement.set(text);
    });
    // Returns to the live timeline when the user has scrolled to the end of the history window.
    effect(() => {
      const history = this.history.shown();
      if (history?.known() === true && !history.hasNewer() && this.log()?.atEnd() === true)
        untracked(() => {
          this.toLatest();
        });
    });
    afterNextRender(() => {
      // Not on touch screens, where focus opens the screen keyboard.
      if (matchMedia('(pointer: fine)').matches) this.composer()?.focus();
      else this.heading().nativeElement.focus();
    });
    inject(DestroyRef).onDestroy(() => {
      this.editing.set(undefined);
    });
  }

  protected moved(place: Place): void {
    this.view().place = place;
  }

  protected send(text: string): void {
    this.write(text, (room) => {
      room.send(text);
      if (this.history.shown() === undefined) this.log()?.toEnd(false);
      else this.toLatest();
    });
  }

  protected save(text: string): void {
    const message = this.editing();
    if (message === undefined) return;
    if (text === message.text) {
      this.editing.set(undefined);
      return;
    }
    this.write(text, (room) => {
      this.editing.set(undefined);
      room.edit(message.seq ?? message.key ?? '', text);
    });
  }

  protected typed(): void {
    this.view().room.typing();
  }

  protected editLast(): void {
    const last = this.messages().findLast((message) => this.isOwn(message) && message.deleted === undefined);
    if (last !== undefined && !this.isArchived()) this.edit(last);
  }

  protected edit(message: RoomMessage): void {
    this.editing.set(message);
  }

  protected act({ kind, message, button }: MessageAction): void {
    const { room } = this.view();
    if (kind === 'menu') {
      if (button !== undefined) this.messageMenu()?.open(message, this.isOwn(message) && !this.isArchived(), button);
    } else if (message.key !== undefined) {
      if (kind === 'retry') room.retry(message.key);
      else room.drop(message.key);
    }
  }

  protected async copy(message: RoomMessage): Promise<void> {
    this.announcement.set(await this.copyText(message.text));
  }

  protected async remove(message: RoomMessage): Promise<void> {
    const load = async () => (await import('../ui/confirm-dialog.ts')).ConfirmDialog;
    const data = messageTexts.removeQuestion;
    if ((await this.openDialog<boolean>(load, { data, role: 'alertdialog' })) !== true) return;
    if (this.editing()?.seq === message.seq) this.editing.set(undefined);
    if (message.seq !== undefined) this.log()?.keepFocusAfterDelete(message.seq);
    this.write(message.text, (room) => room.remove(message.seq ?? message.key ?? ''));
  }

  protected async fetchOlder(): Promise<void> {
    if (this.older() === 'loading') return;
    this.older.set('loading');
    try {
      this.older.set((await this.open.fetchOlder(this.name())) ? 'idle' : 'failed');
    } catch {
      this.older.set('failed');
    }
  }

  /** Jumps to the first unread message, in the current list if it contains it. */
  protected jump({ first: { seq } }: UnreadHere): void {
    const place = { seq, offset: jumpOffset };
    const messages = this.history.shown()?.messages() ?? this.messages();
    if (messages[indexOfSeq(messages, seq)]?.seq === seq) {
      this.log()?.goTo(place);
      return;
    }
    this.view().place = place;
    this.target.set(place);
  }

  protected markRead(): void {
    this.reading.markRead();
    this.composer()?.focus();
  }

  protected toLatest(): void {
    this.view().place = 'end';
    this.target.set(undefined);
    void this.router.navigate(['/rooms', this.name()]).then(() => {
      // The focused link or list is removed together with the history window.
      afterNextRender(
        () => {
          if (this.document.activeElement === this.document.body) this.log()?.focus();
        },
        { injector: this.injector },
      );
    });
  }

  private isOwn({ from, key }: RoomMessage): boolean {
    return from === this.user() || key !== undefined;
  }

  /** Adds a change to the outbox. If that fails, restores the text in the field and shows the reason above it. */
  private write(text: string, put: (room: RoomView['room']) => void): void {
    try {
      put(this.view().room);
      this.failure.set(undefined);
    } catch (error) {
      if (this.editing() === undefined) this.composer()?.putBack(text);
      this.failure.set(writeErrorText(error));
      // Expected errors are only shown; unexpected ones are reported as well.
      if (!(error instanceof OutboxFull || error instanceof RangeError)) this.errors.handleError(error);
    }
  }
}
