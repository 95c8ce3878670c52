import { beforeEach, describe, expect, test } from 'vitest';
import { ScrollKeeper } from './scroll-keeper.ts';

const rowPx = 100;
const framePx = 300;

/** A list in a frame with a layout of its own, since jsdom has none: every row is 100 px, the frame 300 px high. */
function laidOut(...seqs: number[]) {
  const scroller = document.createElement('div');
  const list = document.createElement('ol');
  scroller.append(list);
  document.body.append(scroller);
  let top = 0;
  let frame = framePx;
  const most = (): number => Math.max(0, list.children.length * rowPx - frame);
  Object.defineProperties(scroller, {
    clientHeight: { get: () => frame },
    scrollHeight: { get: () => Math.max(frame, list.children.length * rowPx) },
    scrollTop: { get: () => top, set: (value: number) => (top = Math.min(Math.max(0, value), most())) },
    scrollTo: { value: (options: ScrollToOptions) => (scroller.scrollTop = options.top ?? 0) },
  });
  const row = (seq: number): HTMLElement => {
    const item = document.createElement('li');
    item.dataset['seq'] = String(seq);
    Object.defineProperties(item, {
      offsetTop: { get: () => [...list.children].indexOf(item) * rowPx },
      offsetHeight: { get: () => rowPx },
    });
    return item;
  };
  list.append(...seqs.map(row));
  return {
    scroller,
    list,
    above: (...older: number[]) => {
      list.prepend(...older.map(row));
    },
    below: (...newer: number[]) => {
      list.append(...newer.map(row));
    },
    /** The composer grew by so many pixels. */
    shrink: (px: number) => {
      frame -= px;
    },
  };
}

function keeperOf(
  { scroller, list }: ReturnType<typeof laidOut>,
  place: Parameters<ScrollKeeper['attach']>[2] = 'end',
): ScrollKeeper {
  const keeper = new ScrollKeeper();
  keeper.attach(scroller, list, place);
  return keeper;
}

describe('the place in a list', () => {
  beforeEach(() => {
    document.body.replaceChildren();
  });

  test('is the end at first', () => {
    const page = laidOut(1, 2, 3, 4, 5);
    keeperOf(page);
    expect(page.scroller.scrollTop).toBe(200);
  });

  test('at the end stays the end when something comes below, above, or the frame shrinks', () => {
    const page = laidOut(11, 12, 13, 14, 15);
    const keeper = keeperOf(page);
    page.below(16);
    keeper.restore();
    expect(page.scroller.scrollTop).toBe(300);
    page.above(10);
    keeper.restore();
    expect(page.scroller.scrollTop).toBe(400);
    page.shrink(50);
    keeper.restore();
    expect(page.scroller.scrollTop).toBe(450);
  });

  test('near the end counts as the end', () => {
    const page = laidOut(1, 2, 3, 4, 5);
    const keeper = keeperOf(page);
    page.scroller.scrollTop = 160;
    keeper.remember();
    expect(keeper.where().place).toBe('end');
  });

  test('in the middle stays at the message that is read, whatever comes above or below', () => {
    const page = laidOut(11, 12, 13, 14, 15, 16);
    const keeper = keeperOf(page);
    page.scroller.scrollTop = 130;
    keeper.remember();
    page.above(9, 10);
    keeper.restore();
    expect(page.scroller.scrollTop).toBe(330);
    page.below(17);
    keeper.restore();
    expect(page.scroller.scrollTop).toBe(330);
    expect(keeper.where().place).toEqual({ seq: 12, offset: -30 });
  });

  test('is found again when one comes back to the room', () => {
    const page = laidOut(11, 12, 13, 14, 15, 16);
    const keeper = keeperOf(page, { seq: 12, offset: -30 });
    expect(page.scroller.scrollTop).toBe(130);
    expect(keeper.where().place).toEqual({ seq: 12, offset: -30 });
  });

  test('is waited for where its message is not there yet', () => {
    const page = laidOut();
    const keeper = keeperOf(page, { seq: 12, offset: 0 });
    expect(keeper.where().place).toEqual({ seq: 12, offset: 0 });
    page.below(11, 12, 13, 14, 15);
    keeper.restore();
    expect(page.scroller.scrollTop).toBe(100);
  });

  test('whose message is gone becomes the one at the upper edge', () => {
    const page = laidOut(11, 12, 13, 14, 15, 16);
    const keeper = keeperOf(page);
    page.scroller.scrollTop = 100;
    keeper.remember();
    page.list.querySelector('[data-seq="12"]')?.remove();
    keeper.restore();
    expect(keeper.where().place).toMatchObject({ seq: 13 });
  });

  test('can be left for the end', () => {
    const page = laidOut(1, 2, 3, 4, 5, 6);
    const keeper = keeperOf(page);
    page.scroller.scrollTop = 0;
    keeper.remember();
    keeper.toEnd(false);
    expect(page.scroller.scrollTop).toBe(300);
    expect(keeper.where().place).toBe('end');
  });
});
