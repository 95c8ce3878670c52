import { TestBed } from '@angular/core/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RoomTestPage, roomFixture } from './testing/room-test-page.ts';
import { RoomActions } from './room-actions.ts';
import { RoomList } from './room-list.ts';

let page: RoomTestPage;
let shown: HTMLElement;
const browse = vi.fn();

/** The accessible names of the rooms. */
function rooms(): string[] {
  return [...shown.querySelectorAll('a')].map((link) => {
    const words = [...link.querySelectorAll('.title, .sr-only')].map(({ textContent }) => textContent.trim());
    return words.join(' ');
  });
}

describe('the room list', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
    page = new RoomTestPage([{ provide: RoomActions, useValue: { browse } }]);
    const fixture = TestBed.createComponent(RoomList);
    shown = fixture.nativeElement as HTMLElement;
    document.body.append(shown);
  });

  afterEach(() => {
    TestBed.resetTestingModule();
    vi.useRealTimers();
  });

  test('describes unread messages and mentions in words', async () => {
    await page.opened(roomFixture('a', { unread: 150, mentions: 2, at: 2 }), roomFixture('b', { private: true }));
    expect(rooms()).toEqual(['A 2 mentions of you 150 unread messages', 'B (private)']);
  });

  function over(room: string, pointerType = 'mouse'): void {
    const row = shown.querySelector(`[data-room="${room}"]`);
    row?.dispatchEvent(new PointerEvent('pointerover', { pointerType, bubbles: true }));
  }

  const first = (): string[] => rooms().map((name) => name.slice(0, 1));

  test('moves a room up when a message arrives, but not while the pointer aims at a row', async () => {
    await page.opened(roomFixture('a', { at: 2 }), roomFixture('b', { at: 1 }));
    over('a');
    await page.unread('b', 1, 1);
    expect(rooms()).toEqual(['A', 'B 1 unread message']);
    shown.querySelector('ul')?.dispatchEvent(new PointerEvent('pointerleave', { pointerType: 'mouse' }));
    await page.settled();
    expect(rooms()).toEqual(['B 1 unread message', 'A']);
  });

  test('follows activity around the row under a resting pointer', async () => {
    await page.opened(roomFixture('a', { at: 3 }), roomFixture('b', { at: 2 }), roomFixture('c', { at: 1 }));
    over('b');
    await page.unread('c', 1, 1);
    expect(first()).toEqual(['A', 'B', 'C']);
    await vi.advanceTimersByTimeAsync(2_000);
    await page.settled();
    expect(first()).toEqual(['C', 'B', 'A']);
    await page.unread('a', 1, 1);
    expect(first()).toEqual(['A', 'B', 'C']);
  });

  test('keeps the focused row in place, and ignores touch', async () => {
    await page.opened(roomFixture('a', { at: 2 }), roomFixture('b', { at: 1 }));
    over('a', 'touch');
    await page.unread('b', 1, 1);
    expect(first()).toEqual(['B', 'A']);
    shown.querySelector('[data-room="b"] a')?.dispatchEvent(new FocusEvent('focusin', { bubbles: true }));
    await page.unread('a', 5, 1);
    expect(first()).toEqual(['B', 'A']);
    await vi.advanceTimersByTimeAsync(2_000);
    await page.settled();
    expect(first()).toEqual(['B', 'A']);
  });

  test('offers help to users without rooms', async () => {
    await page.opened(roomFixture('a', { isMember: false }));
    expect(shown.textContent).toContain('You haven’t joined any rooms.');
    [...shown.querySelectorAll<HTMLButtonElement>('.none button')][0]?.click();
    expect(browse).toHaveBeenCalledOnce();
  });
});
