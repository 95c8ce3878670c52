import { type Row, rowsOf } from '../rows.ts';
import { ScrollKeeper } from '../scroll-keeper.ts';

const framePx = 300;
const estimatePx = 80;

/**
 * A list in a frame with its own layout, because jsdom has none. The frame is 300 px high. A row is 100 px high by default; the
 * estimate for a row that is not rendered is 80 px.
 */
export class ScrollPage {
  readonly keeper = new ScrollKeeper();
  readonly heights = new Map<string, number>();
  /** Whether a day separator is above the messages. */
  dayIsShown = false;
  private readonly scroller = document.createElement('div');
  private readonly list = document.createElement('ol');
  private rows: readonly Row[] = [];
  private frame = framePx;
  private at = 0;

  constructor(...seqs: number[]) {
    this.scroller.append(this.list);
    document.body.replaceChildren(this.scroller);
    Object.defineProperties(this.scroller, {
      clientHeight: { get: () => this.frame },
      scrollHeight: { get: () => Math.max(this.frame, this.height) },
      scrollTop: {
        get: () => Math.min(this.at, this.most),
        set: (value: number) => (this.at = Math.min(Math.max(0, value), this.most)),
      },
    });
    this.scroller.getBoundingClientRect = () => new DOMRect(0, 0, 400, this.frame);
    this.list.getBoundingClientRect = () => new DOMRect(0, -this.scroller.scrollTop, 400, this.height);
    this.have(seqs);
  }

  get top(): number {
    return this.scroller.scrollTop;
  }

  /** The sequence numbers of the rendered messages. */
  get rendered(): number[] {
    return [...this.list.children].map((item) => Number(item.id));
  }

  /** The visible distance of a message from the upper edge of the frame (px). */
  offsetOf(seq: number): number {
    let top = this.padding('paddingBlockStart') - this.top;
    for (const item of this.list.children) {
      if (item.id === String(seq)) return top;
      top += item.getBoundingClientRect().height;
    }
    throw new Error(`message ${seq} is not rendered`);
  }

  attach(place: Parameters<ScrollKeeper['attach']>[2] = 'end'): this {
    this.keeper.attach(this.scroller, this.list, place);
    this.render();
    return this;
  }

  /** Replaces the messages. `meanwhile` runs before they are rendered. */
  have(seqs: readonly number[], meanwhile?: () => void): void {
    const before = new Map(this.rows.map((row) => [row.key, row]));
    // The messages have different authors and are of one day, so that each message is one group.
    this.rows = rowsOf(
      seqs.map((seq) => ({ seq, id: String(seq), from: `u${seq}`, text: 't', at: seq, status: 'sent' })),
      'maggie',
    )
      .filter(({ kind }) => this.dayIsShown || kind === 'message')
      .map((row) => before.get(row.key) ?? row);
    this.keeper.change(this.rows, () => estimatePx);
    meanwhile?.();
    this.render();
  }

  /** Scrolls without a scroll event. */
  scrollSilently(top: number): void {
    this.scroller.scrollTop = top;
  }

  scroll(top: number): void {
    this.scroller.scrollTop = top;
    this.keeper.remember();
    this.render();
  }

  /** Grows the frame without an event. The scroll offset is clamped at once. */
  growSilently(px: number): void {
    this.frame += px;
    this.at = this.top;
  }

  shrink(px: number): void {
    this.shrinkSilently(px);
    this.render();
  }

  /** Shrinks the frame without an event. */
  shrinkSilently(px: number): void {
    this.frame -= px;
  }

  /** Delivers the scroll event, which may be late. */
  deliverScroll(): void {
    this.keeper.remember();
  }

  /** Renders like the component: until the range no longer changes. */
  render(): void {
    for (let times = 0; times < 10; times++) {
      const { range } = this.keeper;
      this.list.replaceChildren(...this.rows.slice(range.start, range.end).map((row) => this.item(row)));
      if (!this.keeper.restore(range)) return;
    }
    throw new Error('the range does not settle');
  }

  private get height(): number {
    const rows = [...this.list.children].reduce((all, item) => all + item.getBoundingClientRect().height, 0);
    return this.padding('paddingBlockStart') + rows + this.padding('paddingBlockEnd');
  }

  private get most(): number {
    return Math.max(0, this.height - this.frame);
  }

  private padding(side: 'paddingBlockStart' | 'paddingBlockEnd'): number {
    return Number.parseFloat(this.list.style[side] || '0');
  }

  private item({ kind, seq = 0 }: Row): HTMLElement {
    const item = document.createElement('li');
    item.id = kind === 'message' ? String(seq) : kind;
    item.getBoundingClientRect = () => new DOMRect(0, 0, 400, this.heights.get(item.id) ?? 100);
    return item;
  }
}

export function sequence(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
