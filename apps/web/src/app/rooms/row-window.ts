import type { SeqRange } from './read-mark.ts';
import type { RowHeights } from './row-heights.ts';
import type { Row } from './rows.ts';

/** A list with no more rows stands in the page as a whole. */
const wholeRows = 200;
/** While something in it is selected, the window grows, so that the selection stays; up to so many rows. */
const mostRows = 1_500;
/** So many of the last rows are rendered at first where a list is opened at its end, and so many more with each step. */
const stepRows = 12;
/** What is rendered beyond either edge of the frame: so many times its height, and so many px at least. */
const margin = { frames: 1, px: 600 };

/** The rows that stand in the page: from `start`, before `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** What is seen of the list. */
export interface View {
  /** The height of the frame (px). */
  readonly frame: number;
  /** Where its upper edge is in the list, or is about to be (px). */
  readonly from: number;
  /** Whether something in the list is selected. */
  readonly selecting: () => boolean;
}

/** Decides which rows of a long list stand in the page: those that are seen, some around them, and no more. */
export class RowWindow {
  range: Range = { start: 0, end: 0 };
  /** So many of the last rows stand in the page while a list that was opened at its end is filled in. */
  private few: number | undefined;
  private readonly heights: RowHeights;

  /** @param heights of all rows of the list */
  constructor(heights: RowHeights) {
    this.heights = heights;
  }

  /** Only the last rows at first, so that they are there soon; the rest comes with `widen`. To be called before there are rows. */
  beginFew(): void {
    this.few = stepRows;
  }

  /** Whether there are rows to come yet by `widen`. */
  get filling(): boolean {
    return this.few !== undefined && this.heights.count > this.few;
  }

  /** One step more. @returns whether there was one to make. */
  widen(): boolean {
    if (this.few === undefined) return false;
    this.few += stepRows;
    if (this.few >= wholeRows) this.few = undefined;
    return true;
  }

  /** Whoever goes anywhere else than the end has the list as it is. */
  endFew(): void {
    this.few = undefined;
  }

  /**
   * @param view asked only where it matters, since looking costs a layout; nothing before the list stands in a frame
   * @returns whether the range is another one now.
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
    // Not with every pixel: what stands there is enough until half of the margin is used up.
    const enough = rows(near / 2);
    if (now.start <= enough.start && now.end >= enough.end && now.end - now.start <= wholeRows) return now;
    const wanted = rows(near);
    if (!view.selecting()) return wanted;
    const both = { start: Math.min(now.start, wanted.start), end: Math.max(now.end, wanted.end) };
    return both.end - both.start <= mostRows ? both : wanted;
  }
}

/** Less than a pixel of a row may be cut off: positions are fractions. */
const tolerancePx = 1;

/**
 * The first and the last sequence of the messages that a frame shows. A message counts if all of it is in the frame, or its end if it
 * is higher than the frame. `undefined` where there is none, and while rows are missing at the top of the frame.
 *
 * @param range the rows that are rendered
 */
export function messagesIn(
  rows: readonly Row[],
  heights: RowHeights,
  range: Range,
  { from, frame }: Pick<View, 'from' | 'frame'>,
): SeqRange | undefined {
  // A list that is filled from its end does not fill the frame yet.
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
