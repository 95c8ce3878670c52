import type { Place } from './open-rooms.ts';
import type { SeqRange } from './read-mark.ts';
import { RowHeights } from './row-heights.ts';
import { type Range, RowWindow, messagesIn } from './row-window.ts';
import { type Row, commonEnd, commonStart, indexOfSeq } from './rows.ts';

/** So near to the end (px) counts as being there: a finger does not stop at the last pixel. */
const atEndPx = 48;

/**
 * Keeps the place in a long list of which only a window stands in the page: the end stays the end, otherwise the row at the upper
 * edge stays where it is, whatever comes above or below, and however high rows that were never seen turn out to be.
 * Browsers have scroll anchoring for this, but not all of them, and none across rows that are not there (`overflow-anchor: none`).
 *
 * The owner renders `range` and calls `restore` after each rendering and `remember` when the reader scrolled.
 */
export class ScrollKeeper {
  private readonly heights = new RowHeights();
  private readonly window = new RowWindow(this.heights);
  private rows: readonly Row[] = [];
  private scroller: HTMLElement | undefined;
  private list: HTMLElement | undefined;
  private atEnd = true;
  private follows = true;
  /** The row at the upper edge, and how far below it (px; negative where it is cut). */
  private anchor: { readonly index: number; readonly offset: number } | undefined;
  /** A place from before, until the message it names is there. */
  private wanted: Exclude<Place, 'end'> | undefined;
  /** Where the reader was scrolled to when that was last looked at (px). */
  private seen = 0;
  /** How high the frame was when the rows were last put in their place (px). */
  private frame = 0;
  /** Under way to the end with a motion, and where the end was when it began (px). */
  private gliding: number | undefined;

  attach(scroller: HTMLElement, list: HTMLElement, place: Place): void {
    this.scroller = scroller;
    this.list = list;
    this.goTo(place);
  }

  /** Rows that should stand in the page now. */
  get range(): Range {
    return this.window.range;
  }

  /**
   * Only the last rows at first, so that they are there soon; the rest comes with `widen`. Whoever goes or scrolls to anywhere else
   * ends it. To be called before there are rows.
   */
  beginFew(): void {
    this.window.beginFew();
  }

  /** Whether there are rows to come yet by `widen`. */
  get filling(): boolean {
    return this.window.filling;
  }

  /** To be called when there is time, while `filling`. */
  widen(): void {
    this.catchUp();
    if (this.window.widen()) this.choose();
  }

  /** Goes to a place without a motion, once its message is there. */
  goTo(place: Place): void {
    this.gliding = undefined;
    this.anchor = undefined;
    this.atEnd = place === 'end';
    this.wanted = place === 'end' ? undefined : place;
    this.resolve();
    this.choose();
  }

  /**
   * Whether the end of the list is followed. Where it is not the end of the room it must not be: each page that is fetched there
   * would carry the reader on to the next one.
   */
  set followsEnd(follows: boolean) {
    if (follows === this.follows) return;
    this.follows = follows;
    if (this.wanted === undefined && this.gliding === undefined) this.look();
  }

  /**
   * Other rows. The range is another one at once.
   * @param estimate how high a row will be that was not measured yet (px)
   */
  change(rows: readonly Row[], estimate: (row: Row) => number): void {
    this.catchUp();
    const was = this.rows;
    const start = commonStart(was, rows);
    const end = Math.min(commonEnd(was, rows), rows.length - start, was.length - start);
    const removed = was.length - end - start;
    const added = rows.slice(start, rows.length - end);
    // A row whose message or neighbours changed is about as high as it was.
    const known = new Map(was.slice(start, start + removed).map(({ key }, index) => [key, start + index]));
    const heightOf = (index: number): number => this.heights.top(index + 1) - this.heights.top(index);
    const heights = added.map((row) => {
      const index = known.get(row.key);
      return index === undefined ? estimate(row) : heightOf(index);
    });
    this.moveAnchor(start, removed, added);
    this.rows = rows;
    this.heights.splice(start, removed, heights);
    this.resolve();
    this.choose();
  }

  /** To be called when the reader scrolled. @returns whether the range is another one now. */
  remember(): boolean {
    const { scroller } = this;
    if (scroller === undefined) return false;
    const wentUp = scroller.scrollTop - this.seen <= -1;
    this.seen = scroller.scrollTop;
    if (this.gliding !== undefined) {
      // On the way to the end, new messages must not stop the way.
      if (below(scroller) < 1) this.gliding = undefined;
      return this.choose();
    }
    this.wanted = undefined;
    // Nobody leaves the end by going down: it is the end that went away, as when the frame just shrank, and `restore` is to come.
    if (!this.atEnd || wentUp) this.look();
    return this.choose();
  }

  /**
   * To be called when rows were rendered, or they or their frame changed in size.
   * @param rendered the rows that stand in the page
   * @returns whether the range is another one now.
   */
  restore(rendered: Range): boolean {
    const { scroller, list } = this;
    if (scroller === undefined || list === undefined) return false;
    // At the end it was done before the rows were rendered: by now the browser may have moved the reader because of them.
    if (!this.atEnd) this.catchUp();
    let index = rendered.start;
    for (const row of list.children) this.heights.measure(index++, row.getBoundingClientRect().height);
    list.style.paddingBlockStart = `${this.heights.top(rendered.start)}px`;
    list.style.paddingBlockEnd = `${this.heights.total - this.heights.top(rendered.end)}px`;
    if (this.gliding !== undefined) {
      if (Math.abs(scroller.scrollHeight - this.gliding) >= 1) this.glide(scroller);
    } else if (this.wanted === undefined) {
      if (this.atEnd) scroller.scrollTop = scroller.scrollHeight;
      else this.hold(scroller);
    }
    this.seen = scroller.scrollTop;
    this.frame = scroller.clientHeight;
    return this.choose();
  }

  toEnd(smooth: boolean): void {
    const { scroller } = this;
    if (scroller === undefined) return;
    this.atEnd = true;
    this.wanted = undefined;
    this.anchor = undefined;
    this.gliding = undefined;
    const calm = smooth && !matchMedia('(prefers-reduced-motion: reduce)').matches;
    const left = below(scroller);
    // A long way is not scrolled through: it would take long and show nothing.
    if (calm && left > 1 && left < 4 * scroller.clientHeight) this.glide(scroller);
    else scroller.scrollTop = scroller.scrollHeight;
    this.seen = scroller.scrollTop;
    this.choose();
  }

  /** The reader took over: a way to the end that is under way is given up. */
  interrupt(): void {
    if (this.gliding === undefined) return;
    this.gliding = undefined;
    this.remember();
  }

  where(): { readonly place: Place; readonly above: number; readonly below: number } {
    const { scroller } = this;
    const edges = { above: scroller?.scrollTop ?? 0, below: scroller === undefined ? 0 : below(scroller) };
    if (this.wanted !== undefined) return { place: this.wanted, ...edges };
    if (this.atEnd || this.anchor === undefined) return { place: 'end', ...edges };
    const { index, offset } = this.anchor;
    // Of a separator at the edge, the message below it is the one to come back to.
    for (let at = index; at < Math.min(index + 4, this.rows.length); at++) {
      const row = this.rows[at];
      if (row?.kind !== 'message' || row.seq === undefined) continue;
      return { place: { seq: row.seq, offset: offset + this.heights.top(at) - this.heights.top(index) }, ...edges };
    }
    return { place: 'end', ...edges };
  }

  /** The messages that are on the screen, of those rendered; `undefined` while the list is on its way to a place. */
  onScreen(rendered: Range): SeqRange | undefined {
    const { scroller, heights } = this;
    if (scroller === undefined || this.wanted !== undefined || this.gliding !== undefined) return undefined;
    const from = scroller.scrollTop - this.listTop(scroller);
    return messagesIn(this.rows, heights, rendered, { from, frame: scroller.clientHeight });
  }

  // The scroll event comes with the next frame, and what is rendered before must not take the reader back. A list that became
  // shorter moves them too, but always to its end, as a growing frame does at the end.
  private catchUp(): void {
    const { scroller } = this;
    if (scroller === undefined || this.wanted !== undefined || this.gliding !== undefined) return;
    const { scrollTop } = scroller;
    const moved = scrollTop - this.seen;
    if (moved < 1 && (moved > -1 || below(scroller) < 1)) return;
    if (this.atEnd && (moved > 0 || scroller.clientHeight !== this.frame)) return;
    this.seen = scrollTop;
    this.look();
  }

  /** Takes note of where the reader is. */
  private look(): void {
    this.atEnd = this.follows && (this.scroller === undefined || below(this.scroller) <= atEndPx);
    this.anchor = this.atEnd ? undefined : this.find();
  }

  private glide(scroller: HTMLElement): void {
    this.gliding = scroller.scrollHeight;
    scroller.scrollTo({ top: scroller.scrollHeight, behavior: 'smooth' });
  }

  private hold(scroller: HTMLElement): void {
    this.anchor ??= this.find();
    if (this.anchor === undefined) return;
    const top = this.listTop(scroller) + this.heights.top(this.anchor.index) - this.anchor.offset;
    // Setting it even where nothing changed would end a fling of the finger.
    if (Math.abs(scroller.scrollTop - top) >= 1) scroller.scrollTop = top;
  }

  /** Where the list begins in what is scrolled: something may stand above it. */
  private listTop(scroller: HTMLElement): number {
    if (this.list === undefined) return 0;
    return this.list.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;
  }

  private find(): { index: number; offset: number } | undefined {
    const { scroller } = this;
    if (scroller === undefined || this.rows.length === 0) return undefined;
    const y = scroller.scrollTop - this.listTop(scroller);
    let index = this.heights.indexAt(y);
    // A separator stays where it is when more comes between it and the message below: that one is what the reader sees.
    while (this.rows[index]?.kind !== 'message' && index < this.rows.length - 1) index++;
    return { index, offset: this.heights.top(index) - y };
  }

  /** What was at the edge is still there, unless it is gone: then what is in its place. */
  private moveAnchor(start: number, removed: number, added: readonly Row[]): void {
    if (this.anchor === undefined || this.anchor.index < start) return;
    const { index, offset } = this.anchor;
    if (index >= start + removed) {
      this.anchor = { index: index + added.length - removed, offset };
      return;
    }
    const key = this.rows[index]?.key;
    const again = added.findIndex((row) => row.key === key);
    this.anchor = again === -1 ? undefined : { index: start + again, offset };
  }

  private resolve(): void {
    if (this.wanted === undefined) return;
    const { seq, offset } = this.wanted;
    // Separators have the sequence of the message below them.
    for (let index = indexOfSeq(this.rows, seq); this.rows[index]?.seq === seq; index++) {
      if (this.rows[index]?.kind !== 'message') continue;
      this.anchor = { index, offset };
      this.wanted = undefined;
      return;
    }
  }

  /** Decides what should stand in the page. */
  private choose(): boolean {
    const { scroller, window } = this;
    if (!this.atEnd || this.wanted !== undefined || this.gliding !== undefined) window.endFew();
    return window.choose(() => {
      if (scroller === undefined) return undefined;
      const frame = scroller.clientHeight;
      return { frame, from: this.edge(scroller, frame), selecting: () => this.selecting() };
    });
  }

  /** Where the upper edge of the frame is in the list (px), or is about to be. */
  private edge(scroller: HTMLElement, frame: number): number {
    if (this.gliding === undefined) {
      if (this.atEnd) return this.heights.total - frame;
      if (this.anchor !== undefined) return this.heights.top(this.anchor.index) - this.anchor.offset;
    }
    return scroller.scrollTop - this.listTop(scroller);
  }

  private selecting(): boolean {
    const { list } = this;
    const selection = list?.ownerDocument.getSelection();
    return selection?.isCollapsed === false && list?.contains(selection.anchorNode) === true;
  }
}

function below({ scrollHeight, clientHeight, scrollTop }: HTMLElement): number {
  return scrollHeight - clientHeight - scrollTop;
}
