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
