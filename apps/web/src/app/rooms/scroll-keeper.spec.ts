import { beforeEach, describe, expect, test } from 'vitest';
import { ScrollPage, sequence } from './testing/scroll-page.ts';

beforeEach(() => {
  document.body.replaceChildren();
});

describe('visible messages', () => {
  const screenOf = (page: ScrollPage) => page.keeper.onScreen(page.keeper.range);

  test('are the rows that are completely inside the frame', () => {
    const page = new ScrollPage(1, 2, 3, 4, 5).attach();
    expect(screenOf(page)).toEqual({ from: 3, to: 5 });
    page.scroll(0);
    expect(screenOf(page)).toEqual({ from: 1, to: 3 });
    page.scroll(150);
    expect(screenOf(page)).toEqual({ from: 3, to: 4 });
  });

  test('include a row that is taller than the frame once its end is visible', () => {
    const page = new ScrollPage(1, 2, 3);
    page.heights.set('2', 700);
    page.attach();
    page.scroll(100);
    expect(screenOf(page)).toBeUndefined();
    page.scroll(500);
    expect(screenOf(page)).toEqual({ from: 2, to: 2 });
  });

  test('are empty while the list waits for its scroll position', () => {
    const page = new ScrollPage(1, 2, 3).attach({ seq: 12, offset: 0 });
    expect(screenOf(page)).toBeUndefined();
  });

  test('are empty while a list that renders from its end does not fill the frame', () => {
    const page = new ScrollPage(1, 2, 3, 4, 5).attach();
    expect(page.keeper.onScreen({ start: 3, end: 5 })).toBeUndefined();
  });
});

describe('the scroll position', () => {
  test('starts at the end', () => {
    expect(new ScrollPage(1, 2, 3, 4, 5).attach().top).toBe(200);
  });

  test('stays at the end when rows are added below or above, and when the frame shrinks', () => {
    const page = new ScrollPage(11, 12, 13, 14, 15).attach();
    page.have(sequence(11, 16));
    expect(page.top).toBe(300);
    page.have(sequence(10, 16));
    expect(page.top).toBe(400);
    page.shrink(50);
    expect(page.top).toBe(450);
  });

  test('counts as the end near the end', () => {
    const page = new ScrollPage(1, 2, 3, 4, 5).attach();
    page.scroll(160);
    expect(page.keeper.where().place).toBe('end');
  });

  test('stays at the same message in the middle when rows are added above or below', () => {
    const page = new ScrollPage(...sequence(11, 16)).attach();
    page.scroll(130);
    page.have(sequence(9, 16));
    expect(page.top).toBe(330);
    page.have(sequence(9, 17));
    expect(page.top).toBe(330);
    expect(page.keeper.where().place).toEqual({ seq: 12, offset: -30 });
  });

  test('is restored when the room is opened again', () => {
    const page = new ScrollPage(...sequence(11, 16)).attach({ seq: 12, offset: -30 });
    expect(page.top).toBe(130);
    expect(page.keeper.where().place).toEqual({ seq: 12, offset: -30 });
  });

  test('is restored once its message is loaded', () => {
    const page = new ScrollPage().attach({ seq: 12, offset: 0 });
    expect(page.keeper.where().place).toEqual({ seq: 12, offset: 0 });
    page.have(sequence(11, 15));
    expect(page.top).toBe(100);
  });

  test('falls back to the current rows when its message no longer exists', () => {
    const page = new ScrollPage(...sequence(11, 16)).attach();
    page.scroll(100);
    page.have([11, 13, 14, 15, 16]);
    expect(page.keeper.where().place).toMatchObject({ seq: 13 });
  });

  test('does not move at the end of a page when the next page is loaded', () => {
    const page = new ScrollPage(...sequence(1, 6)).attach();
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
    const page = new ScrollPage(...sequence(1, 6)).attach();
    page.scroll(0);
    page.keeper.toEnd(false);
    expect(page.top).toBe(300);
    expect(page.keeper.where().place).toBe('end');
  });
});

describe('a scroll before its scroll event', () => {
  test('is not undone by rows that are rendered before the event', () => {
    const page = new ScrollPage(...sequence(1, 20)).attach();
    page.scroll(0);
    page.scrollSilently(700);
    page.render();
    expect(page.top).toBe(700);
    page.scrollSilently(300);
    page.render();
    expect(page.top).toBe(300);
  });

  test('keeps the new position when other rows are rendered', () => {
    const page = new ScrollPage(...sequence(11, 30)).attach();
    page.scroll(0);
    page.scrollSilently(900);
    page.have(sequence(1, 30));
    expect(page.offsetOf(20)).toBe(0);
  });

  test('away from the end is not undone by a row that arrives at the same time or by rendering in steps', () => {
    const page = new ScrollPage(...sequence(1, 20)).attach();
    page.scrollSilently(1_200);
    page.have(sequence(1, 21));
    expect(page.top).toBe(1_200);
    expect(page.keeper.where().place).not.toBe('end');
    const opened = new ScrollPage();
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
    const page = new ScrollPage(...sequence(1, 20)).attach();
    page.scroll(1_600);
    page.shrink(-200);
    expect(page.top).toBe(1_500);
    page.shrink(200);
    page.have(sequence(1, 21));
    expect(page.offsetOf(17)).toBe(0);
  });
});

test('stays at the end when the frame grows and a row arrives at once, as after sending two lines', () => {
  const page = new ScrollPage(...sequence(1, 20)).attach();
  page.have(sequence(1, 21), () => {
    page.growSilently(24);
  });
  expect(page.offsetOf(21)).toBe(224);
});

test('stays at the end when the frame shrinks before its scroll event, as when the user types right after opening a room', () => {
  const page = new ScrollPage(...sequence(1, 20)).attach();
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
  const page = new ScrollPage();
  page.dayIsShown = true;
  page.have(sequence(11, 30));
  page.attach();
  page.scroll(0);
  page.have(sequence(1, 30));
  expect(page.offsetOf(11)).toBe(100);
});
