import { beforeEach, describe, expect, test } from 'vitest';
import { type Row, rowsOf } from './rows.ts';
import { ScrollKeeper } from './scroll-keeper.ts';

const framePx = 300;
const estimatePx = 80;

/**
 * A list in a frame with its own layout, because jsdom has none. The frame is 300 px high. A row is 100 px high by default; the
 * estimate for a row that is not rendered is 80 px.
 */
class Page {
  readonly keeper = new ScrollKeeper();
  readonly heights = new Map<string, number>();
  /** Whether the line that names the day stands above the messages. */
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

  /** The sequences that stand in the page. */
  get rendered(): number[] {
    return [...this.list.children].map((item) => Number(item.id));
  }

  /** How far below the upper edge of the frame a message stands, as the reader sees it. */
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
    // Each message has another author and all are of one day, so every message is a row of its own.
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

function sequence(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

beforeEach(() => {
  document.body.replaceChildren();
});

describe('visible messages', () => {
  const screenOf = (page: Page) => page.keeper.onScreen(page.keeper.range);

  test('are the rows that are completely inside the frame', () => {
    const page = new Page(1, 2, 3, 4, 5).attach();
    expect(screenOf(page)).toEqual({ from: 3, to: 5 });
    page.scroll(0);
    expect(screenOf(page)).toEqual({ from: 1, to: 3 });
    page.scroll(150);
    expect(screenOf(page)).toEqual({ from: 3, to: 4 });
  });

  test('include a row that is taller than the frame once its end is visible', () => {
    const page = new Page(1, 2, 3);
    page.heights.set('2', 700);
    page.attach();
    page.scroll(100);
    expect(screenOf(page)).toBeUndefined();
    page.scroll(500);
    expect(screenOf(page)).toEqual({ from: 2, to: 2 });
  });

  test('are empty while the list waits for its scroll position', () => {
    const page = new Page(1, 2, 3).attach({ seq: 12, offset: 0 });
    expect(screenOf(page)).toBeUndefined();
  });

  test('are empty while a list that renders from its end does not fill the frame', () => {
    const page = new Page(1, 2, 3, 4, 5).attach();
    expect(page.keeper.onScreen({ start: 3, end: 5 })).toBeUndefined();
  });
});

describe('the scroll position', () => {
  test('starts at the end', () => {
    expect(new Page(1, 2, 3, 4, 5).attach().top).toBe(200);
  });

  test('stays at the end when rows are added below or above, and when the frame shrinks', () => {
    const page = new Page(11, 12, 13, 14, 15).attach();
    page.have(sequence(11, 16));
    expect(page.top).toBe(300);
    page.have(sequence(10, 16));
    expect(page.top).toBe(400);
    page.shrink(50);
    expect(page.top).toBe(450);
  });

  test('counts as the end near the end', () => {
    const page = new Page(1, 2, 3, 4, 5).attach();
    page.scroll(160);
    expect(page.keeper.where().place).toBe('end');
  });

  test('stays at the same message in the middle when rows are added above or below', () => {
    const page = new Page(...sequence(11, 16)).attach();
    page.scroll(130);
    page.have(sequence(9, 16));
    expect(page.top).toBe(330);
    page.have(sequence(9, 17));
    expect(page.top).toBe(330);
    expect(page.keeper.where().place).toEqual({ seq: 12, offset: -30 });
  });

  test('is restored when the room is opened again', () => {
    const page = new Page(...sequence(11, 16)).attach({ seq: 12, offset: -30 });
    expect(page.top).toBe(130);
    expect(page.keeper.where().place).toEqual({ seq: 12, offset: -30 });
  });

  test('is restored once its message is loaded', () => {
    const page = new Page().attach({ seq: 12, offset: 0 });
    expect(page.keeper.where().place).toEqual({ seq: 12, offset: 0 });
    page.have(sequence(11, 15));
    expect(page.top).toBe(100);
  });

  test('falls back to the current rows when its message no longer exists', () => {
    const page = new Page(...sequence(11, 16)).attach();
    page.scroll(100);
    page.have([11, 13, 14, 15, 16]);
    expect(page.keeper.where().place).toMatchObject({ seq: 13 });
  });

  test('does not move at the end of a page when the next page is loaded', () => {
    const page = new Page(...sequence(1, 6)).attach();
    page.keeper.followsEnd = false;
    page.have(sequence(1, 20));
    expect(page.top).toBe(300);
    page.scroll(1_700);
    page.have(sequence(1, 30));
    expect(page.top).toBe(1_700);
    page.scroll(2_700);
    page.keeper.followsEnd = true;
    page.have(sequence(1, 31));
    expect(page.top).toBe(2_800);
  });

  test('can jump to the end', () => {
    const page = new Page(...sequence(1, 6)).attach();
    page.scroll(0);
    page.keeper.toEnd(false);
    expect(page.top).toBe(300);
    expect(page.keeper.where().place).toBe('end');
  });
});

describe('the rendered window of a long list', () => {
  test('contains the end and little more than the frame', () => {
    const page = new Page(...sequence(1, 50_000)).attach();
    expect(page.rendered.at(-1)).toBe(50_000);
    expect(page.rendered.length).toBeLessThanOrEqual(200);
    expect(page.offsetOf(50_000)).toBe(200);
  });

  test('follows the scroll position to the start of the list', () => {
    const page = new Page(...sequence(1, 1_000)).attach();
    for (let top = page.top - 250; top > 0; top -= 250) {
      page.scroll(top);
      expect(page.offsetOf(page.rendered[0] ?? 0)).toBeLessThanOrEqual(0);
      if (page.rendered.includes(1)) break;
    }
    page.scroll(0);
    expect(page.offsetOf(1)).toBe(0);
  });

  test('shows the target of a long jump', () => {
    const page = new Page(...sequence(1, 50_000)).attach();
    page.scroll(1_000_000);
    const { place } = page.keeper.where();
    if (place === 'end') throw new Error('it is not the end');
    expect(page.offsetOf(place.seq)).toBeCloseTo(place.offset);
  });

  test('keeps the position when rows above are taller than estimated', () => {
    const page = new Page(...sequence(1, 1_000)).attach();
    page.scroll(40_000);
    const seq = page.rendered.find((each) => page.offsetOf(each) >= 0) ?? 0;
    const offset = page.offsetOf(seq);
    const first = page.rendered[0] ?? 0;
    for (let above = first - 30; above < first; above++) page.heights.set(String(above), 333);
    for (let step = 0; step < 3; step++) page.scroll(page.top - 400);
    expect(page.rendered[0]).toBeLessThan(first);
    expect(page.offsetOf(seq)).toBeCloseTo(offset + 1_200);
  });

  test('keeps the position when older rows are inserted above', () => {
    const page = new Page(...sequence(5_001, 6_000)).attach();
    page.scroll(page.top - 20_000);
    const seq = page.rendered[12] ?? 0;
    const offset = page.offsetOf(seq);
    page.have(sequence(1, 6_000));
    expect(page.offsetOf(seq)).toBeCloseTo(offset);
  });

  test('scrolls to a message by its sequence number', () => {
    const page = new Page(...sequence(1, 50_000)).attach();
    page.keeper.goTo({ seq: 12_345, offset: 100 });
    page.render();
    expect(page.offsetOf(12_345)).toBeCloseTo(100);
  });

  test('grows while text in it is selected', () => {
    const page = new Page(...sequence(1, 1_000)).attach();
    const last = page.rendered.at(-1) ?? 0;
    const item = document.getElementById(String(last));
    if (item === null) throw new Error('the last one is not there');
    item.textContent = 'selected';
    document.getSelection()?.selectAllChildren(item);
    page.keeper.remember();
    page.scroll(page.top - 2_000);
    expect(page.keeper.range.end).toBe(1_000);
    expect(page.rendered[0]).toBeLessThan(980);
  });
});

describe('a scroll before its scroll event', () => {
  test('is not undone by rows that are rendered before the event', () => {
    const page = new Page(...sequence(1, 20)).attach();
    page.scroll(0);
    page.scrollSilently(700);
    page.render();
    expect(page.top).toBe(700);
    page.scrollSilently(300);
    page.render();
    expect(page.top).toBe(300);
  });

  test('keeps the new position when other rows are rendered', () => {
    const page = new Page(...sequence(11, 30)).attach();
    page.scroll(0);
    page.scrollSilently(900);
    page.have(sequence(1, 30));
    expect(page.offsetOf(20)).toBe(0);
  });

  test('away from the end is not undone by a row that arrives at the same time or by rendering in steps', () => {
    const page = new Page(...sequence(1, 20)).attach();
    page.scrollSilently(1_200);
    page.have(sequence(1, 21));
    expect(page.top).toBe(1_200);
    expect(page.keeper.where().place).not.toBe('end');
    const opened = new Page();
    opened.keeper.beginFew();
    opened.have(sequence(1, 60));
    opened.attach();
    opened.scrollSilently(opened.top - 500);
    const offset = opened.offsetOf(58);
    opened.keeper.widen();
    opened.render();
    expect(opened.offsetOf(58)).toBe(offset);
  });

  test('is not assumed after the list has become shorter', () => {
    const page = new Page(...sequence(1, 20)).attach();
    page.scroll(1_600);
    page.shrink(-200);
    expect(page.top).toBe(1_500);
    page.shrink(200);
    page.have(sequence(1, 21));
    expect(page.offsetOf(17)).toBe(0);
  });
});

test('stays at the end when the frame grows and a row arrives at once, as after sending two lines', () => {
  const page = new Page(...sequence(1, 20)).attach();
  page.have(sequence(1, 21), () => {
    page.growSilently(24);
  });
  expect(page.offsetOf(21)).toBe(224);
});

test('stays at the end when the frame shrinks before its scroll event, as when the user types right after opening a room', () => {
  const page = new Page(...sequence(1, 20)).attach();
  page.have(sequence(1, 21));
  page.shrinkSilently(200);
  page.deliverScroll();
  page.render();
  expect(page.offsetOf(21)).toBe(0);
  page.have(sequence(1, 22));
  expect(page.offsetOf(22)).toBe(0);
  page.scroll(page.top - 60);
  expect(page.keeper.where().place).not.toBe('end');
});

test('keeps the position at the first message when a row is inserted between it and the day separator', () => {
  const page = new Page();
  page.dayIsShown = true;
  page.have(sequence(11, 30));
  page.attach();
  page.scroll(0);
  page.have(sequence(1, 30));
  expect(page.offsetOf(11)).toBe(100);
});

describe('a list that was just opened at its end', () => {
  const sixty = Array.from({ length: 60 }, (_, index) => index + 1);

  test('renders its last rows first and the rest in steps, without moving the position', () => {
    const page = new Page();
    page.keeper.beginFew();
    page.attach();
    page.have(sixty);
    page.render();
    expect(page.rendered[0]).toBeGreaterThan(40);
    const seen = page.offsetOf(60);
    const counts = [page.rendered.length];
    while (page.keeper.filling) {
      page.keeper.widen();
      page.render();
      counts.push(page.rendered.length);
      expect(page.offsetOf(60)).toBe(seen);
    }
    expect(page.rendered).toEqual(sixty);
    expect(counts.length).toBeGreaterThan(3);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
  });

  test('keeps the position of an immediate scroll and renders completely', () => {
    const page = new Page();
    page.keeper.beginFew();
    page.have(sixty);
    page.attach();
    page.scroll(0);
    expect(page.offsetOf(1)).toBe(0);
    expect(page.rendered).toEqual(sixty);
    expect(page.keeper.filling).toBe(false);
  });

  test('scrolls to a message that is not rendered yet', () => {
    const page = new Page();
    page.keeper.beginFew();
    page.have(sixty);
    page.attach();
    page.keeper.goTo({ seq: 5, offset: 20 });
    page.render();
    expect(page.offsetOf(5)).toBe(20);
    expect(page.keeper.filling).toBe(false);
  });

  test('accepts new rows while it renders in steps, and stays at the end', () => {
    const page = new Page();
    page.keeper.beginFew();
    page.have(sixty);
    page.attach();
    page.have([...sixty, 61, 62]);
    page.render();
    expect(page.rendered.at(-1)).toBe(62);
    expect(page.offsetOf(62)).toBe(200);
    while (page.keeper.filling) {
      page.keeper.widen();
      page.render();
    }
    expect(page.rendered).toHaveLength(62);
    expect(page.offsetOf(62)).toBe(200);
  });

  test('renders no more rows than usual if the list is long', () => {
    const page = new Page();
    page.keeper.beginFew();
    page.have(Array.from({ length: 5_000 }, (_, index) => index + 1));
    page.attach();
    while (page.keeper.filling) {
      page.keeper.widen();
      page.render();
    }
    expect(page.rendered.at(-1)).toBe(5_000);
    expect(page.rendered.length).toBeLessThanOrEqual(200);
  });
});
