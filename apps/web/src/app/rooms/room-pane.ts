import {
  type ElementRef,
  Component,
  afterNextRender,
  computed,
  effect,
  inject,
  input,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { injectUsher } from '@usher/angular';
import { Session } from '../session/session.ts';
import { texts } from '../texts.ts';
import { Icon } from '../ui/icon.ts';
import { PageTitle } from '../ui/page-title.ts';
import { Composer } from './composer.ts';
import { MessageLog } from './message-log.ts';
import { OpenRooms, type RoomView } from './open-rooms.ts';
import { RoomDirectory } from './room-directory.ts';

/** Until the server has told its own limit. */
const usualTextChars = 4_000;

@Component({
  selector: 'app-room-pane',
  imports: [Composer, Icon, MessageLog, RouterLink],
  templateUrl: './room-pane.html',
  styleUrl: './room-pane.scss',
})
export class RoomPane {
  readonly name = input.required<string>();
  readonly view = input.required<RoomView>();

  private readonly usher = injectUsher();
  private readonly session = inject(Session);
  private readonly open = inject(OpenRooms);
  private readonly directory = inject(RoomDirectory);
  private readonly pageTitle = inject(PageTitle);
  private readonly composer = viewChild(Composer);
  private readonly log = viewChild(MessageLog);
  private readonly heading = viewChild.required<ElementRef<HTMLElement>>('heading');

  protected readonly texts = texts;
  protected readonly user = computed(() => this.session.user() ?? '');
  protected readonly title = computed(() => this.directory.title(this.name()));
  protected readonly isPrivate = computed(() => this.directory.find(this.name())?.private === true);
  protected readonly most = computed(() => this.usher.welcome()?.limits.textChars ?? usualTextChars);
  protected readonly older = signal<'idle' | 'loading' | 'failed'>('idle');
  protected readonly trouble = signal<string | undefined>(undefined);
  /** What was just said by others, for those who listen. */
  protected readonly heard = signal('');
  protected readonly denied = computed(() => {
    const state = this.view().room.state();
    if (state.name !== 'denied') return undefined;
    if (state.code === 'too_many_rooms') return { heading: texts.room.full, hint: texts.room.fullHint };
    const had = untracked(this.view().room.messages).length > 0;
    return had
      ? { heading: texts.room.removed, hint: texts.room.removedHint }
      : { heading: texts.room.denied, hint: texts.room.deniedHint };
  });

  constructor() {
    effect(() => {
      const unseen = this.view().mark()?.unseen ?? 0;
      this.pageTitle.show(unseen > 0 ? `(${unseen}) ${this.title()}` : this.title());
    });
    this.announce();
    afterNextRender(() => {
      // Where a keyboard would pop up and hide half of the room, the person decides when to write.
      if (matchMedia('(pointer: fine)').matches) this.composer()?.focus();
      else this.heading().nativeElement.focus();
    });
  }

  protected send(text: string): void {
    try {
      this.view().room.send(text);
      this.trouble.set(undefined);
      this.log()?.toEnd(false);
    } catch {
      this.composer()?.putBack(text);
      this.trouble.set(texts.composer.outboxFull);
    }
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

  /** Tells of new messages of others, one by one or as a number; never of what was there before or is loaded above. */
  private announce(): void {
    let heardUntil: number | undefined;
    effect(() => {
      const messages = this.view().room.messages();
      const last = messages.findLast(({ seq }) => seq !== undefined)?.seq;
      if (last === undefined) return;
      const after = heardUntil;
      heardUntil = Math.max(last, after ?? 0);
      if (after === undefined) return;
      const news = messages.filter(({ seq, from }) => seq !== undefined && seq > after && from !== this.user());
      const [only] = news;
      if (only === undefined) return;
      this.heard.set(news.length === 1 ? texts.room.heard(only.from, only.text) : texts.room.heardMany(news.length));
    });
  }
}
