import { TestBed } from '@angular/core/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RoomPage, aRoom } from '../testing/room-page.ts';
import { RoomActions } from './room-actions.ts';
import { RoomList } from './room-list.ts';

let page: RoomPage;
let shown: HTMLElement;
const browse = vi.fn();

/** The rooms as they are read out. */
function rooms(): string[] {
  return [...shown.querySelectorAll('a')].map((link) => {
    const words = [...link.querySelectorAll('.title, .sr-only')].map(({ textContent }) => textContent.trim());
    return words.join(' ');
  });
}

describe('the list of rooms', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
    page = new RoomPage([{ provide: RoomActions, useValue: { browse } }]);
    const fixture = TestBed.createComponent(RoomList);
    shown = fixture.nativeElement as HTMLElement;
    document.body.append(shown);
  });

  afterEach(() => {
    TestBed.resetTestingModule();
    vi.useRealTimers();
  });

  test('says what is unread in words, and mentions apart from it', async () => {
    await page.opened(aRoom('a', { unread: 150, mentions: 2, at: 2 }), aRoom('b', { private: true }));
    expect(rooms()).toEqual(['A 2 mentions of you 150 unread messages', 'B (private)']);
  });

  test('moves a room up when something is said in it, but not under a pointer', async () => {
    await page.opened(aRoom('a', { at: 2 }), aRoom('b', { at: 1 }));
    const list = shown.querySelector('ul');
    list?.dispatchEvent(new PointerEvent('pointerenter', { pointerType: 'mouse' }));
    await page.unread('b', 1, 1);
    expect(rooms()).toEqual(['A', 'B 1 unread message']);
    list?.dispatchEvent(new PointerEvent('pointerleave', { pointerType: 'mouse' }));
    await page.settled();
    expect(rooms()).toEqual(['B 1 unread message', 'A']);
  });

  test('keeps its order under the focus, and after a finger it does not', async () => {
    await page.opened(aRoom('a', { at: 2 }), aRoom('b', { at: 1 }));
    const list = shown.querySelector('ul');
    list?.dispatchEvent(new PointerEvent('pointerenter', { pointerType: 'touch' }));
    await page.unread('b', 1, 1);
    expect(rooms()[0]).toMatch(/^B/);
    shown.querySelector('a')?.dispatchEvent(new FocusEvent('focusin', { bubbles: true }));
    await page.unread('a', 5, 1);
    expect(rooms()[0]).toMatch(/^B/);
  });

  test('helps those who are in no room', async () => {
    await page.opened(aRoom('a', { mine: false }));
    expect(shown.textContent).toContain('You haven’t joined any rooms.');
    [...shown.querySelectorAll<HTMLButtonElement>('.none button')][0]?.click();
    expect(browse).toHaveBeenCalledOnce();
  });
});
