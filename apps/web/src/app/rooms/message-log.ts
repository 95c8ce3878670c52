import {
  Component,
  DOCUMENT,
  DestroyRef,
  type ElementRef,
  afterRenderEffect,
  computed,
  effect,
  inject,
  input,
  output,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { Icon } from '../ui/icon.ts';
import { texts } from '../texts.ts';
import { MessageItem } from './message-item.ts';
import type { RoomView } from './open-rooms.ts';
import { advance, leave } from './read-mark.ts';
import { rowsOf } from './rows.ts';
import { ScrollKeeper } from './scroll-keeper.ts';
import { dayOf } from './times.ts';

/** Fetch the page before when so many pixels are left above. */
const nearTop = 800;

/** The messages of a room in a list that scrolls: it follows its end, or stays where one reads whatever comes above or below. */
@Component({
  selector: 'app-message-log',
  imports: [Icon, MessageItem],
  templateUrl: './message-log.html',
  styleUrl: './message-log.scss',
})
export class MessageLog {
  readonly view = input.required<RoomView>();
  readonly user = input.required<string>();
  readonly title = input.required<string>();
  /** Whether the page before is on its way, could not be had, or is not asked for. */
  readonly older = input.required<'idle' | 'loading' | 'failed'>();
  readonly needOlder = output();

  private readonly document = inject(DOCUMENT);
  private readonly scroller = viewChild.required<ElementRef<HTMLElement>>('scroller');
  private readonly list = viewChild.required<ElementRef<HTMLElement>>('list');
  private readonly visible = signal(this.document.visibilityState === 'visible');
  private readonly keeper = new ScrollKeeper();

  protected readonly texts = texts;
  protected readonly atEnd = signal(true);
  protected readonly dayOf = dayOf;
  protected readonly messages = computed(() => this.view().room.messages());
  protected readonly mark = computed(() => this.view().mark());
  protected readonly rows = computed(() => rowsOf(this.messages(), this.user(), this.mark()?.freshFrom));
  protected readonly unseen = computed(() => this.mark()?.unseen ?? 0);
  protected readonly now = computed(() => {
    // A new message may be of a new day; that is when "today" has to be judged anew.
    this.messages();
    return Date.now();
  });
  private readonly firstSeq = computed(() => this.messages().find(({ seq }) => seq !== undefined)?.seq);
  /** Sequences are contiguous from 1, so there is more above unless the first one is there. */
  protected readonly hasOlder = computed(() => (this.firstSeq() ?? 1) > 1);
  protected readonly joined = computed(() => this.view().room.state().name === 'joined');

  constructor() {
    const destroyed = inject(DestroyRef);
    const visibility = (): void => {
      this.visible.set(this.document.visibilityState === 'visible');
    };
    this.document.addEventListener('visibilitychange', visibility);

    effect(() => {
      const messages = this.messages();
      const looking = this.atEnd() && this.visible();
      const user = this.user();
      const { mark, room } = this.view();
      const known = room.state().name === 'joined' || messages.length > 0;
      if (known) mark.set(advance(untracked(mark), messages, user, looking));
    });

    let observer: ResizeObserver | undefined;
    afterRenderEffect({
      mixedReadWrite: () => {
        this.rows();
        this.older();
        observer ??= this.attach();
        this.settle();
      },
    });

    destroyed.onDestroy(() => {
      observer?.disconnect();
      this.document.removeEventListener('visibilitychange', visibility);
      const { mark } = this.view();
      const now = mark();
      if (now !== undefined) mark.set(leave(now));
    });
  }

  protected scrolled(): void {
    this.keeper.remember();
    this.report();
  }

  protected interrupted(): void {
    this.keeper.interrupt();
  }

  /** Goes to the latest message, with a motion that says which way it went. */
  toEnd(smooth: boolean): void {
    this.keeper.toEnd(smooth);
    this.report();
  }

  private attach(): ResizeObserver {
    const scroller = this.scroller().nativeElement;
    const list = this.list().nativeElement;
    this.keeper.attach(scroller, list, untracked(this.view).place);
    // The composer grows, a keyboard comes up, a window is made narrower: the place in the conversation stays.
    const observer = new ResizeObserver(() => {
      this.settle();
    });
    observer.observe(scroller);
    observer.observe(list);
    return observer;
  }

  private settle(): void {
    this.keeper.restore();
    this.report();
  }

  private report(): void {
    const { place, above } = this.keeper.where();
    this.view().place = place;
    this.atEnd.set(place === 'end');
    if (above < nearTop && untracked(this.hasOlder) && untracked(this.older) === 'idle') this.needOlder.emit();
  }
}
