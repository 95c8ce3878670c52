/**
 * How high the rows of a list are and where they stand, in CSS pixels: measured once they were on the screen, estimated before.
 * A change costs what lies behind it, and only once somebody asks.
 */
export class RowHeights {
  private heights: number[] = [];
  /** Where each row begins; of one more than there are, the end. */
  private tops = new Float64Array(1);
  /** So many of the tops are right. */
  private right = 1;

  get count(): number {
    return this.heights.length;
  }

  get total(): number {
    return this.top(this.heights.length);
  }

  /** Puts rows with these heights in the place of `removed` ones at `start`. */
  splice(start: number, removed: number, heights: readonly number[]): void {
    this.heights = this.heights.slice(0, start).concat(heights, this.heights.slice(start + removed));
    this.right = Math.min(this.right, start + 1);
  }

  /** A row was measured. @returns whether it is another height than was thought. */
  measure(index: number, height: number): boolean {
    if (index >= this.heights.length || Math.abs((this.heights[index] ?? 0) - height) < 0.05) return false;
    this.heights[index] = height;
    this.right = Math.min(this.right, index + 1);
    return true;
  }

  /** Where a row begins, from the beginning of the list. */
  top(index: number): number {
    this.settle();
    return this.tops[Math.max(0, Math.min(index, this.heights.length))] ?? 0;
  }

  /** The row at that height, the first or the last where there is none. */
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
