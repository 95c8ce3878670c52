import type { Row } from './rows.ts';

/**
 * Heights and positions of the rows of a list, in CSS pixels: measured if the row was rendered, otherwise estimated. A change invalidates
 * the positions after it, which are computed lazily.
 */
export class RowHeights {
  private heights: number[] = [];
  /** The top of each row, plus the end of the list. */
  private tops = new Float64Array(1);
  /** The number of tops that are up to date. */
  private right = 1;

  get count(): number {
    return this.heights.length;
  }

  get total(): number {
    return this.top(this.heights.length);
  }

  /** Replaces `removed` rows at `start` with rows of these heights. */
  splice(start: number, removed: number, heights: readonly number[]): void {
    this.heights = this.heights.slice(0, start).concat(heights, this.heights.slice(start + removed));
    this.right = Math.min(this.right, start + 1);
  }

  /** Stores the measured height of a row. @returns whether it changed */
  measure(index: number, height: number): boolean {
    if (index >= this.heights.length || Math.abs((this.heights[index] ?? 0) - height) < 0.05) return false;
    this.heights[index] = height;
    this.right = Math.min(this.right, index + 1);
    return true;
  }

  /** The top of a row, relative to the list. */
  top(index: number): number {
    this.settle();
    return this.tops[Math.max(0, Math.min(index, this.heights.length))] ?? 0;
  }

  /** The row at a position; the first or last row if the position is outside the list. */
  indexAt(y: number): number {
    this.settle();
    let low = 0;
    let high = Math.max(0, this.heights.length - 1);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.tops[middle] ?? 0) <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private settle(): void {
    const { length } = this.heights;
    if (this.tops.length <= length) {
      const more = new Float64Array(Math.max(256, 2 * length) + 1);
      more.set(this.tops);
      this.tops = more;
    }
    for (; this.right <= length; this.right++) {
      this.tops[this.right] = (this.tops[this.right - 1] ?? 0) + (this.heights[this.right - 1] ?? 0);
    }
  }
}

/** Sizes from message-item.scss in px: a line of text, the padding of a bubble and the space above a group. */
const linePx = 21;
const bubblePx = 17;
const groupPx = { others: 29, own: 9 };
const dayPx = 44;
const freshPx = 35;
/** An average character, and the maximum width of a bubble. */
const characterPx = 7.2;
const widestPx = 552;

/**
 * Estimates the height of a row (px) for a given list width, before it was rendered. The estimate only affects the scroll bar and the
 * distance of a jump; rendered rows are measured.
 */
export function estimateIn(listPx: number): (row: Row) => number {
  const perLine = Math.max(16, Math.floor(Math.min(widestPx, 0.82 * listPx) / characterPx));
  return (row) => {
    if (row.kind === 'day') return dayPx;
    if (row.kind === 'fresh') return freshPx;
    const { message, first, own } = row;
    let lines = 0;
    for (const line of message.text.split('\n')) lines += Math.max(1, Math.ceil(line.length / perLine));
    return bubblePx + lines * linePx + (first ? groupPx[own ? 'own' : 'others'] : 0);
  };
}
