import type { Place } from './open-rooms.ts';
import type { SeqRange } from './read-mark.ts';
import { RowHeights } from './row-heights.ts';
import { type Range, RowWindow, messagesIn } from './row-window.ts';
import { below, hasSelection, listTop } from './scroll-frame.ts';
import { type Row, commonEnd, commonStart, indexOfSeq } from './rows.ts';

/** A position this close to the end (px) counts as the end. */
const atEndPx = 48;

/**
 * Keeps the scroll position of a long list of which only a window is rendered. At the end, the list follows its end. Elsewhere, the row at
 * the upper edge keeps its position while rows are added above or below and while estimated heights are replaced by measured ones. CSS
 * scroll anchoring is not available in all browsers, and not for rows that are not rendered (`overflow-anchor: none`).
 *
 * The owner renders `range`, calls `restore` after each rendering, and calls `remember` after each scroll event.
 */
export class ScrollKeeper {
  private readonly heights = new RowHeights();
  private readonly window = new RowWindow(this.heights);
  private rows: readonly Row[] = [];
  private scroller: HTMLElement | undefined;
  private list: HTMLElement | undefined;
  private atEnd = true;
  private follows = true;
  /** The row at the upper edge, and its offset (px; negative if it is cut off). */
  private anchor: { readonly index: number; readonly offset: number } | undefined;
  /** A position to restore, until its message is loaded. */
  private wanted: Exclude<Place, 'end'> | undefined;
  /** The scroll offset at the last check (px). */
  private seen = 0;
  /** The height of the frame when the rows were last positioned (px). */
  private frame = 0;
  /** While smooth scrolling to the end: the position of the end when it started (px). */
  private gliding: number | undefined;

  attach(scroller: HTMLElement, list: HTMLElement, place: Place): void {
    this.scroller = scroller;
    this.list = list;
    this.goTo(place);
  }

  /** The rows to render. */
  get range(): Range {
    return this.window.range;
  }

  /**
   * Renders only the last rows first, so that they appear quickly; `widen` adds the rest. Any other position ends incremental rendering.
   * Must be called before there are rows.
   */
  beginFew(): void {
    this.window.beginFew();
  }

  /** Whether `widen` has rows to add. */
  get filling(): boolean {
    return this.window.filling;
  }

  /** Call this when the browser is idle, while `filling`. */
  widen(): void {
    this.catchUp();
    if (this.window.widen()) this.choose();
  }

  /** Moves to a position without animation, once its message is loaded. */
  goTo(place: Place): void {
    this.gliding = undefined;
    this.anchor = undefined;
    this.atEnd = place === 'end';
    this.wanted = place === 'end' ? undefined : place;
    this.resolve();
    this.choose();
  }

  /**
   * Whether the list follows its end. It must not if the list ends before the room does: each page that is loaded there would move the
   * reader to the next one.
   */
  set followsEnd(follows: boolean) {
    if (follows === this.follows) return;
    this.follows = follows;
    if (this.wanted === undefined && this.gliding === undefined) this.look();
  }

  /**
   * Replaces the rows and updates the range.
   *
   * @param estimate the estimated height of a row that was not measured (px)
   */
  change(rows: readonly Row[], estimate: (row: Row) => number): void {
    this.catchUp();
    const was = this.rows;
    const start = commonStart(was, rows);
    const end = Math.min(commonEnd(was, rows), rows.length - start, was.length - start);
    const removed = was.length - end - start;
    const added = rows.slice(start, rows.length - end);
    // A row whose message or neighbors changed keeps its height as an estimate.
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

  /** Call this after the reader scrolled. @returns whether the range changed */
  remember(): boolean {
    const { scroller } = this;
    if (scroller === undefined) return false;
    const scrolledUp = scroller.scrollTop - this.seen <= -1;
    this.seen = scroller.scrollTop;
    if (this.gliding !== undefined) {
      // New messages must not stop a smooth scroll to the end.
      if (below(scroller) < 1) this.gliding = undefined;
      return this.choose();
    }
    this.wanted = undefined;
    // Scrolling down cannot leave the end. The end itself moved, for example because the frame shrank; `restore` follows.
    if (!this.atEnd || scrolledUp) this.look();
    return this.choose();
  }

  /**
   * Call this after rows were rendered, or after the rows or the frame changed in size.
   *
   * @param rendered the rendered rows
   * @returns whether the range changed
   */
  restore(rendered: Range): boolean {
    const { scroller, list } = this;
    if (scroller === undefined || list === undefined) return false;
    // At the end, this was done before the rows were rendered: the browser may have changed the scroll offset because of them.
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
    // Jumps over a long distance: a smooth scroll would take long and show unrendered rows.
    if (calm && left > 1 && left < 4 * scroller.clientHeight) this.glide(scroller);
    else scroller.scrollTop = scroller.scrollHeight;
    this.seen = scroller.scrollTop;
    this.choose();
  }

  /** Cancels a smooth scroll to the end, because the reader scrolled. */
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
    // For a separator at the edge, the position is that of the message below it.
    for (let at = index; at < Math.min(index + 4, this.rows.length); at++) {
      const row = this.rows[at];
      if (row?.kind !== 'message' || row.seq === undefined) continue;
      return { place: { seq: row.seq, offset: offset + this.heights.top(at) - this.heights.top(index) }, ...edges };
    }
    return { place: 'end', ...edges };
  }

  /** The rendered messages on the screen; `undefined` while a position is being restored. */
  onScreen(rendered: Range): SeqRange | undefined {
    const { scroller, heights } = this;
    if (scroller === undefined || this.wanted !== undefined || this.gliding !== undefined) return undefined;
    const from = scroller.scrollTop - listTop(scroller, this.list);
    return messagesIn(this.rows, heights, rendered, { from, frame: scroller.clientHeight });
  }

  // The scroll event arrives with the next frame, and rendering before it must not undo the scrolling. A list that became shorter also
  // changes the offset, but always to its end, as does a frame that grows at the end.
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

  /** Stores the reader's position. */
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
    const top = listTop(scroller, this.list) + this.heights.top(this.anchor.index) - this.anchor.offset;
    // Setting an unchanged offset would stop a momentum scroll.
    if (Math.abs(scroller.scrollTop - top) >= 1) scroller.scrollTop = top;
  }

  private find(): { index: number; offset: number } | undefined {
    const { scroller } = this;
    if (scroller === undefined || this.rows.length === 0) return undefined;
    const y = scroller.scrollTop - listTop(scroller, this.list);
    let index = this.heights.indexAt(y);
    // When messages are inserted between a separator and the message below, the anchor is the message, which is what the reader sees.
    while (this.rows[index]?.kind !== 'message' && index < this.rows.length - 1) index++;
    return { index, offset: this.heights.top(index) - y };
  }

  /** Finds the anchor row again; if it was removed, the row in its place. */
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
    // Separators have the sequence number of the message below them.
    for (let index = indexOfSeq(this.rows, seq); this.rows[index]?.seq === seq; index++) {
      if (this.rows[index]?.kind !== 'message') continue;
      this.anchor = { index, offset };
      this.wanted = undefined;
      return;
    }
  }

  /** Chooses the rows to render. */
  private choose(): boolean {
    const { scroller, window } = this;
    if (!this.atEnd || this.wanted !== undefined || this.gliding !== undefined) window.endFew();
    return window.choose(() => {
      if (scroller === undefined) return undefined;
      const frame = scroller.clientHeight;
      return { frame, from: this.edge(scroller, frame), selecting: () => hasSelection(this.list) };
    });
  }

  /** The position of the upper edge of the frame in the list (px), current or about to be set. */
  private edge(scroller: HTMLElement, frame: number): number {
    if (this.gliding === undefined) {
      if (this.atEnd) return this.heights.total - frame;
      if (this.anchor !== undefined) return this.heights.top(this.anchor.index) - this.anchor.offset;
    }
    return scroller.scrollTop - listTop(scroller, this.list);
  }
}
