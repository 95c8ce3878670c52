import { beforeEach, describe, expect, test } from 'vitest';
import { ScrollPage, sequence } from './testing/scroll-page.ts';

beforeEach(() => {
  document.body.replaceChildren();
});

describe('the rendered window of a long list', () => {
  test('contains the end and little more than the frame', () => {
    const page = new ScrollPage(...sequence(1, 50_000)).attach();
    expect(page.rendered.at(-1)).toBe(50_000);
    expect(page.rendered.length).toBeLessThanOrEqual(200);
    expect(page.offsetOf(50_000)).toBe(200);
  });

  test('follows the scroll position to the start of the list', () => {
    const page = new ScrollPage(...sequence(1, 1_000)).attach();
    for (let top = page.top - 250; top > 0; top -= 250) {
      page.scroll(top);
      expect(page.offsetOf(page.rendered[0] ?? 0)).toBeLessThanOrEqual(0);
      if (page.rendered.includes(1)) break;
    }
    page.scroll(0);
    expect(page.offsetOf(1)).toBe(0);
  });

  test('shows the target of a long jump', () => {
    const page = new ScrollPage(...sequence(1, 50_000)).attach();
    page.scroll(1_000_000);
    const { place } = page.keeper.where();
    if (place === 'end') throw new Error('the position is the end');
    expect(page.offsetOf(place.seq)).toBeCloseTo(place.offset);
  });

  test('keeps the position when rows above are taller than estimated', () => {
    const page = new ScrollPage(...sequence(1, 1_000)).attach();
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
    const page = new ScrollPage(...sequence(5_001, 6_000)).attach();
    page.scroll(page.top - 20_000);
    const seq = page.rendered[12] ?? 0;
    const offset = page.offsetOf(seq);
    page.have(sequence(1, 6_000));
    expect(page.offsetOf(seq)).toBeCloseTo(offset);
  });

  test('scrolls to a message by its sequence number', () => {
    const page = new ScrollPage(...sequence(1, 50_000)).attach();
    page.keeper.goTo({ seq: 12_345, offset: 100 });
    page.render();
    expect(page.offsetOf(12_345)).toBeCloseTo(100);
  });

  test('grows while text in it is selected', () => {
    const page = new ScrollPage(...sequence(1, 1_000)).attach();
    const last = page.rendered.at(-1) ?? 0;
    const item = document.getElementById(String(last));
    if (item === null) throw new Error('the last message is not rendered');
    item.textContent = 'selected';
    document.getSelection()?.selectAllChildren(item);
    page.keeper.remember();
    page.scroll(page.top - 2_000);
    expect(page.keeper.range.end).toBe(1_000);
    expect(page.rendered[0]).toBeLessThan(980);
  });
});

describe('a list that was just opened at its end', () => {
  const sixty = Array.from({ length: 60 }, (_, index) => index + 1);

  test('renders its last rows first and the rest in steps, without moving the position', () => {
    const page = new ScrollPage();
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
    const page = new ScrollPage();
    page.keeper.beginFew();
    page.have(sixty);
    page.attach();
    page.scroll(0);
    expect(page.offsetOf(1)).toBe(0);
    expect(page.rendered).toEqual(sixty);
    expect(page.keeper.filling).toBe(false);
  });

  test('scrolls to a message that is not rendered yet', () => {
    const page = new ScrollPage();
    page.keeper.beginFew();
    page.have(sixty);
    page.attach();
    page.keeper.goTo({ seq: 5, offset: 20 });
    page.render();
    expect(page.offsetOf(5)).toBe(20);
    expect(page.keeper.filling).toBe(false);
  });

  test('accepts new rows while it renders in steps, and stays at the end', () => {
    const page = new ScrollPage();
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
    const page = new ScrollPage();
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
