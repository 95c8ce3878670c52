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
import { type MessageAction, MessageItem } from './message-item.ts';
import type { Place } from './open-rooms.ts';
import type { SeqRange } from './read-mark.ts';
import { estimateIn } from './row-estimate.ts';
import { createRows } from './rows.ts';
import { ScrollKeeper } from './scroll-keeper.ts';
import { whenIdle } from '../ui/when-idle.ts';
import { dayOf } from './times.ts';

/** Fetch the next page when so many pixels are left above or below. */
const nearEdge = 800;
/** What is searched for is shown so far below the upper edge (px). */
const hitOffset = 160;

/** What of a message is gone to by keyboard. */
const reachable = 'button.more';

/** A page of messages beyond an edge: whether it is on its way, could not be had, or is not asked for. */
export type PageState = 'idle' | 'loading' | 'failed';

/**
 * Messages in a list that scrolls: it follows its end, or stays where one reads whatever comes above or below. Of a long list only
 * a window stands in the page, so the browser's own "find in page" sees no more than that; the search of the rooms sees all.
 */
@Component({
  selector: 'app-message-log',
  imports: [Icon, MessageItem],
  templateUrl: './message-log.html',
  styleUrl: './message-log.scss',
})
export class MessageLog {
  readonly messages = input.required<readonly RoomMessage[]>();
  /** Who reads. */
  readonly user = input.required<string>();
  readonly title = input.required<string>();
  /** Whether it is known what is there. */
  readonly known = input.required<boolean>();
  /** Where the line of what is new stands: above the first message from this sequence on. */
  readonly freshFrom = input<number>();
  /** So many messages came that were not looked at. */
  readonly unseen = input(0);
  readonly hasOlder = input(false);
  readonly older = input<PageState>('idle');
  /** Whether there are later ones that are not in this list: then its end is not the end of the room. */
  readonly hasNewer = input(false);
  readonly newer = input<PageState>('idle');
  /** Where to begin. */
  readonly place = input<Place>('end');
  /** The message that was looked for. */
  readonly hit = input<number>();
  readonly needOlder = output();
  readonly needNewer = output();
  /** The reader is somewhere else in the list now. */
  readonly moved = output<Place>();
  /** The reader wants to see what is said now; only where `hasNewer`. */
  readonly latest = output();
  readonly act = output<MessageAction>();

  private readonly scroller = viewChild.required<ElementRef<HTMLElement>>('scroller');
  private readonly list = viewChild.required<ElementRef<HTMLElement>>('list');
  /** Whether there is something to scroll yet. */
  private attached = false;
  /** The next piece of a list that is filled in is asked for. */
  private awaitsIdle = false;
  private readonly keeper = new ScrollKeeper();
  private readonly rowsOf = createRows();
  private readonly range = signal(this.keeper.range);
  /** What really stands in the page; the range may be ahead of it. */
  private rendered = this.keeper.range;
  private readonly isAtEnd = signal(true);
  private readonly onScreen = signal<SeqRange | undefined>(undefined, { equal: sameRange });
  /** The message that was gone to by keyboard. */
  private readonly chosen = signal<string | undefined>(undefined);
  private estimate = estimateIn(700);
  /** The message whose deletion was requested with the focus on it. */
  private deleting: number | undefined;

  private readonly destroyed = inject(DestroyRef);
  protected readonly texts = roomTexts;
  protected readonly dayOf = dayOf;
  protected readonly rows = computed(() => this.rowsOf(this.messages(), this.user(), this.freshFrom()));
  /** The rows that stand in the page, each with its number in the list. */
  protected readonly shown = computed(() => {
    const { start, end } = this.range();
    return this.rows()
      .slice(start, end)
      .map((row, index) => ({ row, position: start + index + 1 }));
  });
  /** How many rows there are, for those who hear the list; -1 where nobody knows. Only where not all of them stand in the page. */
  protected readonly size = computed(() => {
    const { length } = this.rows();
    if (this.shown().length === length) return undefined;
    return this.hasOlder() || this.hasNewer() ? -1 : length;
  });
  /** The message at which the Tab key stops; unless somebody went to another one, the last that can be reached. */
  protected readonly stop = computed(() => {
    const rows = this.shown();
    const chosen = this.chosen();
    if (rows.some(({ row }) => row.key === chosen)) return chosen;
    return rows.findLast(({ row }) => row.kind === 'message' && row.message.deleted === undefined)?.row.key;
  });
  protected readonly now = computed(() => {
    // A new message may be of a new day; that is when "today" has to be judged anew.
    this.messages();
    return Date.now();
  });

  /** Whether the end of the room is on the screen. */
  readonly atEnd = computed(() => this.isAtEnd() && !this.hasNewer());
  /** The messages that are on the screen, all of them contained in `messages`. */
  readonly screen = this.onScreen.asReadonly();

  constructor() {
    let isNew = true;
    // Before the template, so that what is rendered is the right window of these rows.
    effect(() => {
      const rows = this.rows();
      const toBeContinued = this.hasNewer();
      untracked(() => {
        if (isNew && this.place() === 'end' && this.hit() === undefined && !toBeContinued) this.keeper.beginFew();
        isNew = false;
        this.keeper.followsEnd = !toBeContinued;
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
        this.restoreFocus();
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

  /** One message after the other, by the arrows, so that the Tab key need not stop at each. */
  protected pressed(event: KeyboardEvent): void {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const { target } = event;
    if (step === undefined || !(target instanceof HTMLElement) || !target.matches(reachable)) return;
    const all = [...this.list().nativeElement.querySelectorAll<HTMLElement>(reachable)];
    const next = all[all.indexOf(target) + step];
    event.preventDefault();
    next?.focus();
  }

  protected entered({ target }: FocusEvent): void {
    if (!(target instanceof HTMLElement) || !target.matches(reachable)) return;
    const item = target.closest('li');
    const index = [...this.list().nativeElement.children].findIndex((each) => each === item);
    this.chosen.set(this.shown()[index]?.row.key);
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
    this.scroller().nativeElement.focus({ preventScroll: true });
  }

  /** When this message is deleted, and its button with it, the focus moves to the next message that has one. */
  keepFocusAfterDelete(seq: number): void {
    this.deleting = seq;
  }

  /** Goes to the latest message, with a motion that says which way it went. */
  toEnd(smooth: boolean): void {
    this.keeper.toEnd(smooth);
    this.follow();
    this.report();
  }

  /** Goes to a message of this list without a motion. The list takes the focus, so that its keys work from there. */
  goTo(place: Exclude<Place, 'end'>): void {
    const { range } = this.keeper;
    this.keeper.goTo(place);
    this.follow();
    // Another range is rendered first.
    if (this.keeper.range === range) this.settle();
    this.scroller().nativeElement.focus({ preventScroll: true });
  }

  private attach(): ResizeObserver {
    const scroller = this.scroller().nativeElement;
    const list = this.list().nativeElement;
    this.estimate = estimateIn(list.clientWidth);
    const hit = untracked(this.hit);
    this.attached = true;
    this.keeper.attach(scroller, list, hit === undefined ? untracked(this.place) : { seq: hit, offset: hitOffset });
    // The composer grows, a keyboard comes up, a window is made narrower: the place in the conversation stays.
    const observer = new ResizeObserver(() => {
      this.settle();
    });
    observer.observe(scroller);
    observer.observe(list);
    return observer;
  }

  /** Renders the next piece of what was just opened, when the browser has nothing else to do. */
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

  /** Renders what the keeper wants to stand in the page. */
  private follow(): void {
    const { range } = this.keeper;
    const { start, end } = untracked(this.range);
    if (range.start === start && range.end === end) return;
    if (this.attached) this.holdFocus(range.start - start, range.end - start);
    this.range.set(range);
  }

  /** Where what has the focus is about to leave the page, the list takes it, so that its keys go on working. */
  private holdFocus(from: number, to: number): void {
    const list = untracked(this.list).nativeElement;
    const item = list.ownerDocument.activeElement?.closest('li');
    if (item?.parentElement !== list) return;
    const index = [...list.children].indexOf(item);
    if (index < from || index >= to) untracked(this.scroller).nativeElement.focus({ preventScroll: true });
  }

  private restoreFocus(): void {
    const seq = this.deleting;
    if (seq === undefined) return;
    const list = untracked(this.list).nativeElement;
    const item = list.querySelector<HTMLElement>(`[data-seq="${seq}"]`);
    if (item?.querySelector(reachable)) return;
    this.deleting = undefined;
    const { activeElement, body } = list.ownerDocument;
    if (activeElement !== body) return;
    const all = [...list.querySelectorAll<HTMLElement>(reachable)];
    const next = all.find((button) => item && item.compareDocumentPosition(button) & Node.DOCUMENT_POSITION_FOLLOWING);
    (next ?? all.at(-1) ?? untracked(this.scroller).nativeElement).focus({ preventScroll: true });
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
