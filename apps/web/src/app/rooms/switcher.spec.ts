import { TestBed } from '@angular/core/testing';
import { MatDialogRef } from '@angular/material/dialog';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RoomTestPage, roomFixture } from './testing/room-test-page.ts';
import { Switcher } from './switcher.ts';
import { Visits } from './visits.ts';

let page: RoomTestPage;
let shown: HTMLElement;
const close = vi.fn();

function field(): HTMLInputElement {
  const found = shown.querySelector('input');
  if (found === null) throw new Error('there is no field');
  return found;
}

async function type(text: string): Promise<void> {
  field().value = text;
  field().dispatchEvent(new Event('input'));
  await page.settled();
}

async function press(key: string, more: KeyboardEventInit = {}): Promise<KeyboardEvent> {
  const event = new KeyboardEvent('keydown', { key, cancelable: true, ...more });
  field().dispatchEvent(event);
  await page.settled();
  return event;
}

function options(): HTMLElement[] {
  return [...shown.querySelectorAll<HTMLElement>('[role=option]')];
}

function titles(): string[] {
  return options().map((option) => option.querySelector('.title')?.textContent ?? '');
}

/** The title of the active option. Asserts that it is the one that assistive technology announces. */
function active(): string | undefined {
  const selected = options().filter((option) => option.getAttribute('aria-selected') === 'true');
  expect(selected.map(({ id }) => id)).toEqual([field().getAttribute('aria-activedescendant')]);
  return selected[0]?.querySelector('.title')?.textContent;
}

describe('the room switcher', () => {
  beforeEach(async () => {
    vi.useFakeTimers({ now: 1_000_000 });
    sessionStorage.clear();
    close.mockReset();
    // jsdom has no layout to scroll in.
    Element.prototype.scrollIntoView = vi.fn();
    page = new RoomTestPage([Visits, { provide: MatDialogRef, useValue: { close } }]);
    await page.opened(
      roomFixture('general', { title: 'General', at: 3 }),
      roomFixture('plans', { title: 'Plans', at: 2, private: true }),
      roomFixture('random', { title: 'Random', isMember: false }),
    );
    shown = TestBed.createComponent(Switcher).nativeElement as HTMLElement;
    document.body.append(shown);
    await page.settled();
  });

  afterEach(() => {
    TestBed.resetTestingModule();
    shown.remove();
    vi.useRealTimers();
  });

  test('lists own rooms by activity, then rooms that the user has not joined', () => {
    expect(titles()).toEqual(['General', 'Plans', 'Random']);
    expect(options()[1]?.textContent).toContain('private');
    expect(options()[2]?.textContent).toContain('not joined');
    expect(active()).toBe('General');
  });

  test('moves with the arrow keys, wraps at both ends, and opens the active room on Enter', async () => {
    await press('ArrowDown');
    expect(active()).toBe('Plans');
    await press('ArrowUp');
    await press('ArrowUp');
    expect(active()).toBe('Random');
    expect((await press('ArrowDown')).defaultPrevented).toBe(true);
    expect(active()).toBe('General');
    await press('ArrowDown');
    await press('Enter');
    expect(close).toHaveBeenCalledExactlyOnceWith('/rooms/plans');
  });

  test('filters by a subsequence, activates the first match, and announces the number of matches', async () => {
    await press('ArrowDown');
    await type('rnd');
    expect(titles()).toEqual(['Random', 'Search messages for “rnd”']);
    expect(active()).toBe('Random');
    expect(shown.querySelector('[role=status]')?.textContent).toBe('1 room found');
    await press('Enter');
    expect(close).toHaveBeenCalledExactlyOnceWith('/rooms/random');
  });

  test('offers a message search with the unchanged query when no room matches', async () => {
    await type(' 50% & more ');
    expect(titles()).toEqual(['Search messages for “50% & more”']);
    await press('Enter');
    expect(close).toHaveBeenCalledExactlyOnceWith('/search?q=50%25%20%26%20more');
  });

  test('ignores keys during an IME composition', async () => {
    const arrow = await press('ArrowDown', { isComposing: true });
    await press('Enter', { isComposing: true });
    expect([arrow.defaultPrevented, active(), close.mock.calls.length]).toEqual([false, 'General', 0]);
  });

  test('opens the clicked room and keeps the focus in the field while the mouse button is down', async () => {
    const title = options()[1]?.querySelector('.title');
    const pressed = new MouseEvent('mousedown', { bubbles: true, cancelable: true });
    title?.dispatchEvent(pressed);
    expect([pressed.defaultPrevented, close.mock.calls.length]).toEqual([true, 0]);
    title?.dispatchEvent(new MouseEvent('click', { bubbles: true }));
    await page.settled();
    expect(close).toHaveBeenCalledExactlyOnceWith('/rooms/plans');
  });

  test('opens nothing when no room matches', async () => {
    void page.directory.load();
    await page.respondWithRooms();
    await press('Enter');
    expect([titles(), close.mock.calls.length]).toEqual([[], 0]);
    expect(shown.querySelector('.none')?.textContent).toBe('No rooms yet.');
    expect(field().getAttribute('aria-activedescendant')).toBeNull();
    expect(field().getAttribute('aria-expanded')).toBe('false');
  });
});
