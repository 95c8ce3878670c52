import {
  Component,
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
import type { RoomMessage } from '@usher/client/rooms';
import { Icon } from '../ui/icon.ts';
import { roomTexts } from '../texts/room.ts';
import { MessageFocus } from './message-focus.ts';
import { type MessageAction, MessageItem } from './message-item.ts';
import type { Place } from './open-rooms.ts';
import type { SeqRange } from './read-mark.ts';
import { estimateIn } from './row-heights.ts';
import { createRows } from './rows.ts';
import { ScrollKeeper } from './scroll-keeper.ts';
import { whenIdle } from '../ui/environment.ts';
import { dayOf } from './times.ts';

/** The next page is requested within this distance from an edge (px). */
const nearEdge = 800;
/** The distance of a search hit from the upper edge (px). */
const hitOffset = 160;

/** The state of the page of messages beyond an edge. */
export type PageState = 'idle' | 'loading' | 'failed';

/**
 * The scrolling list of messages. It follows its end, or keeps its position while messages arrive above or below. Only a window of a long
 * list is rendered, so the browser's own "find in page" covers no more than that; the app's search covers everything.
 */
@Component({
  selector: 'app-message-log',
  imports: [Icon, MessageItem],
  templateUrl: './message-log.html',
  styleUrl: './message-log.scss',
})
export class MessageLog {
  readonly messages = input.required<readonly RoomMessage[]>();
  /** The user name of the reader. */
  readonly user = input.required<string>();
  readonly title = input.required<string>();
  /** Whether the messages have been loaded. */
  readonly known = input.required<boolean>();
  /** The "New messages" line is above the first message from this sequence number on. */
  readonly freshFrom = input<number>();
  /** The number of messages below the screen that have not been shown. */
  readonly unseen = input(0);
  readonly hasOlder = input(false);
  readonly older = input<PageState>('idle');
  /** Whether the room has later messages that are not in this list. */
  readonly hasNewer = input(false);
  readonly newer = input<PageState>('idle');
  /** The initial position. */
  readonly place = input<Place>('end');
  /** The sequence number of the search hit. */
  readonly hit = input<number>();
  readonly needOlder = output();
  readonly needNewer = output();
  /** Emits the new position after scrolling. */
  readonly moved = output<Place>();
  /** Emits when the user returns to the end of the room. Only if `hasNewer`. */
  readonly latest = output();
  readonly act = output<MessageAction>();

  private readonly scroller = viewChild.required<ElementRef<HTMLElement>>('scroller');
  private readonly list = viewChild.required<ElementRef<HTMLElement>>('list');
  /** Whether the scroll container is available. */
  private attached = false;
  /** Whether the next batch of an incrementally rendered list is scheduled. */
  private awaitsIdle = false;
  private readonly keeper = new ScrollKeeper();
  private readonly messageFocus = new MessageFocus(() => ({
    scroller: untracked(this.scroller).nativeElement,
    list: untracked(this.list).nativeElement,
  }));
  private readonly rowsOf = createRows();
  private readonly range = signal(this.keeper.range);
  /** The range that is rendered; `keeper.range` can be ahead of it. */
  private rendered = this.keeper.range;
  private readonly isAtEnd = signal(true);
  private readonly onScreen = signal<SeqRange | undefined>(undefined, { equal: sameRange });
  /** The key of the message that was focused last. */
  private readonly chosen = signal<string | undefined>(undefined);
  private estimate = estimateIn(700);
  private readonly destroyed = inject(DestroyRef);
  protected readonly texts = roomTexts;
  protected readonly dayOf = dayOf;
  protected readonly rows = computed(() => this.rowsOf(this.messages(), this.user(), this.freshFrom()));
  /** The rendered rows, each with its index in the list. */
  protected readonly shown = computed(() => {
    const { start, end } = this.range();
    return this.rows()
      .slice(start, end)
      .map((row, index) => ({ row, position: start + index + 1 }));
  });
  /** The number of rows for assistive technology (`aria-setsize`); -1 if unknown. Only where not all rows are rendered. */
  protected readonly size = computed(() => {
    const { length } = this.rows();
    if (this.shown().length === length) return undefined;
    return this.hasOlder() || this.hasNewer() ? -1 : length;
  });
  /** The message in the tab order: the one that was focused last, otherwise the last one with a button. */
  protected readonly stop = computed(() => {
    const rows = this.shown();
    const chosen = this.chosen();
    if (rows.some(({ row }) => row.key === chosen)) return chosen;
    return rows.findLast(({ row }) => row.kind === 'message' && row.message.deleted === undefined)?.row.key;
  });
  protected readonly now = computed(() => {
    // Depends on the messages because a new one may belong to a new day, which changes "Today".
    this.messages();
    return Date.now();
  });

  /** Whether the end of the room is visible. */
  readonly atEnd = computed(() => this.isAtEnd() && !this.hasNewer());
  /** The messages on the screen, all of them in `messages`. */
  readonly screen = this.onScreen.asReadonly();

  constructor() {
    let isNew = true;
    // Runs before the template, so that the rendered window belongs to these rows.
    effect(() => {
      const rows = this.rows();
      const hasNewer = this.hasNewer();
      untracked(() => {
        if (isNew && this.place() === 'end' && this.hit() === undefined && !hasNewer) this.keeper.beginFew();
        isNew = false;
        this.keeper.followsEnd = !hasNewer;
        this.keeper.change(rows, this.estimate);
        this.follow();
      });
    });
    effect(() => {
      const seq = this.hit();
      untracked(() => {
        if (seq !== undefined) this.keeper.goTo({ seq, offset: hitOffset });
        this.follow();
      });
    });

    let observer: ResizeObserver | undefined;
    afterRenderEffect({
      mixedReadWrite: () => {
        const { start } = this.range();
        this.rendered = { start, end: start + this.shown().length };
        this.older();
        this.newer();
        observer ??= this.attach();
        this.settle();
        this.fillIn();
        this.messageFocus.restore();
      },
    });
    this.destroyed.onDestroy(() => {
      observer?.disconnect();
    });
  }

  protected scrolled(): void {
    if (this.keeper.remember()) this.follow();
    this.report();
  }

  protected interrupted(): void {
    this.keeper.interrupt();
  }

  protected pressed(event: KeyboardEvent): void {
    this.messageFocus.move(event);
  }

  protected entered({ target }: FocusEvent): void {
    const index = this.messageFocus.indexOf(target);
    if (index !== undefined) this.chosen.set(this.shown()[index]?.row.key);
  }

  protected jump(): void {
    if (this.hasNewer()) this.latest.emit();
    else {
      this.toEnd(true);
      // The button disappears at the end.
      this.focus();
    }
  }

  focus(): void {
    this.messageFocus.focusList();
  }

  /** Call this before a message is deleted. If its button has the focus, the focus moves to the next message with a button. */
  keepFocusAfterDelete(seq: number): void {
    this.messageFocus.keepAfterDelete(seq);
  }

  /** Scrolls to the latest message; `smooth` animates the way. */
  toEnd(smooth: boolean): void {
    this.keeper.toEnd(smooth);
    this.follow();
    this.report();
  }

  /** Moves to a message of this list without animation, and focuses the list, so that its keys work from there. */
  goTo(place: Exclude<Place, 'end'>): void {
    const { range } = this.keeper;
    this.keeper.goTo(place);
    this.follow();
    // Otherwise the new range is rendered first.
    if (this.keeper.range === range) this.settle();
    this.messageFocus.focusList();
  }

  private attach(): ResizeObserver {
    const scroller = this.scroller().nativeElement;
    const list = this.list().nativeElement;
    this.estimate = estimateIn(list.clientWidth);
    const hit = untracked(this.hit);
    this.attached = true;
    this.keeper.attach(scroller, list, hit === undefined ? untracked(this.place) : { seq: hit, offset: hitOffset });
    // Keeps the position when the composer grows, a screen keyboard opens or the window is resized.
    const observer = new ResizeObserver(() => {
      this.settle();
    });
    observer.observe(scroller);
    observer.observe(list);
    return observer;
  }

  /** Renders the next batch of a list that was just opened, when the browser is idle. */
  private fillIn(): void {
    if (this.awaitsIdle || !this.keeper.filling) return;
    this.awaitsIdle = true;
    whenIdle(() => {
      this.awaitsIdle = false;
      if (this.destroyed.destroyed) return;
      this.keeper.widen();
      this.follow();
    });
  }

  private settle(): void {
    if (this.keeper.restore(this.rendered)) this.follow();
    this.report();
  }

  /** Renders the range that the keeper requests. */
  private follow(): void {
    const { range } = this.keeper;
    const { start, end } = untracked(this.range);
    if (range.start === start && range.end === end) return;
    if (this.attached) this.messageFocus.hold(range.start - start, range.end - start);
    this.range.set(range);
  }

  private report(): void {
    const { place, above, below } = this.keeper.where();
    this.isAtEnd.set(place === 'end');
    this.onScreen.set(this.keeper.onScreen(this.rendered));
    this.moved.emit(place);
    if (above < nearEdge && untracked(this.hasOlder) && untracked(this.older) === 'idle') this.needOlder.emit();
    if (below < nearEdge && untracked(this.hasNewer) && untracked(this.newer) === 'idle') this.needNewer.emit();
  }
}

function sameRange(one: SeqRange | undefined, other: SeqRange | undefined): boolean {
  return one?.from === other?.from && one?.to === other?.to;
}
