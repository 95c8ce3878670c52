import type { SeqRange } from './read-mark.ts';
import type { RowHeights } from './row-heights.ts';
import type { Row } from './rows.ts';

/** Lists up to this number of rows are rendered completely. */
const wholeRows = 200;
/** While a selection exists in the list, the window grows to keep it, up to this number of rows. */
const maxRows = 1_500;
/** A list that opens at its end renders this number of rows first, and this number more in each step. */
const stepRows = 12;
/** The margin rendered beyond each edge of the frame: a multiple of its height, with a minimum in px. */
const margin = { frames: 1, px: 600 };

/** The rendered rows: from `start` (inclusive) to `end` (exclusive). */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** The visible part of the list. */
export interface View {
  /** The height of the frame (px). */
  readonly frame: number;
  /** The position of the upper edge in the list, current or about to be set (px). */
  readonly from: number;
  /** Whether something in the list is selected. */
  readonly selecting: () => boolean;
}

/** Decides which rows of a long list are rendered: the visible ones and a margin. */
export class RowWindow {
  range: Range = { start: 0, end: 0 };
  /** The number of last rows that are rendered while a list that opened at its end is rendered incrementally. */
  private few: number | undefined;
  private readonly heights: RowHeights;

  /** @param heights the heights of all rows of the list */
  constructor(heights: RowHeights) {
    this.heights = heights;
  }

  /** Renders only the last rows first, so that they appear quickly; `widen` adds the rest. Must be called before there are rows. */
  beginFew(): void {
    this.few = stepRows;
  }

  /** Whether `widen` has rows to add. */
  get filling(): boolean {
    return this.few !== undefined && this.heights.count > this.few;
  }

  /** Adds one step. @returns whether rows were added */
  widen(): boolean {
    if (this.few === undefined) return false;
    this.few += stepRows;
    if (this.few >= wholeRows) this.few = undefined;
    return true;
  }

  /** Ends incremental rendering, for any position other than the end. */
  endFew(): void {
    this.few = undefined;
  }

  /**
   * @param view called only where needed, since it forces a layout; returns undefined while no frame exists
   * @returns whether the range changed
   */
  choose(view: () => View | undefined): boolean {
    const { start, end } = this.range;
    const next = this.fitting(view);
    if (next.start === start && next.end === end) return false;
    this.range = next;
    return true;
  }

  private fitting(look: () => View | undefined): Range {
    const { heights } = this;
    const length = heights.count;
    if (this.few !== undefined) return { start: Math.max(0, length - this.few), end: length };
    if (length <= wholeRows) return { start: 0, end: length };
    const view = look();
    if (view === undefined) return { start: length - wholeRows, end: length };
    const { frame, from } = view;
    const near = Math.max(margin.px, margin.frames * frame);
    const now = { start: Math.min(this.range.start, length), end: Math.min(this.range.end, length) };
    const rows = (px: number): Range => ({
      start: heights.indexAt(from - px),
      end: Math.min(length, heights.indexAt(from + frame + px) + 1),
    });
    // Not with every pixel: the range is kept until half of the margin is used.
    const enough = rows(near / 2);
    if (now.start <= enough.start && now.end >= enough.end && now.end - now.start <= wholeRows) return now;
    const wanted = rows(near);
    if (!view.selecting()) return wanted;
    const both = { start: Math.min(now.start, wanted.start), end: Math.max(now.end, wanted.end) };
    return both.end - both.start <= maxRows ? both : wanted;
  }
}

/** Less than one pixel of a row may be cut off, because positions are fractional. */
const tolerancePx = 1;

/**
 * The first and last sequence number of the messages that are visible in the frame. A message counts if it is completely in the frame, or,
 * if it is higher than the frame, once its end is. `undefined` if there is none, and while rows at the top of the frame are not rendered.
 *
 * @param range the rendered rows
 */
export function messagesIn(
  rows: readonly Row[],
  heights: RowHeights,
  range: Range,
  { from, frame }: Pick<View, 'from' | 'frame'>,
): SeqRange | undefined {
  // During incremental rendering, the rows may not fill the frame yet.
  if (range.start > 0 && heights.top(range.start) > from + tolerancePx) return undefined;
  let shown: SeqRange | undefined;
  const end = Math.min(range.end, rows.length);
  for (let index = Math.max(range.start, heights.indexAt(from)); index < end; index++) {
    const top = heights.top(index);
    const bottom = heights.top(index + 1);
    if (bottom > from + frame + tolerancePx) break;
    const row = rows[index];
    if (row?.kind !== 'message' || row.seq === undefined) continue;
    const isWhole = top >= from - tolerancePx || bottom - top > frame;
    if (isWhole && bottom > from) shown = { from: shown?.from ?? row.seq, to: row.seq };
  }
  return shown;
}
