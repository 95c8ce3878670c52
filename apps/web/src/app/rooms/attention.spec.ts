import { TestBed } from '@angular/core/testing';
import { type Usher, injectUsher, provideUsher } from '@usher/angular';
import { FakeServer } from '@usher/client/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Attention } from './attention.ts';

const minute = 60_000;
let usher: Usher;
let attention: Attention;
let away: boolean[];
let visible: boolean;
let focused: boolean;

function pass(ms: number): void {
  vi.advanceTimersByTime(ms);
  TestBed.tick();
}

function happens(event: string, on: EventTarget = document): void {
  on.dispatchEvent(new Event(event));
  TestBed.tick();
}

describe('the attention of the user', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    [visible, focused] = [true, true];
    vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => (visible ? 'visible' : 'hidden'));
    vi.spyOn(document, 'hasFocus').mockImplementation(() => focused);
    const server = new FakeServer();
    TestBed.configureTestingModule({
      providers: [Attention, provideUsher({ token: () => 'secret', socket: server.options })],
    });
    usher = TestBed.runInInjectionContext(injectUsher);
    away = [];
    vi.spyOn(usher.rooms, 'away').mockImplementation((is) => {
      away.push(is);
    });
    attention = TestBed.inject(Attention);
    TestBed.tick();
  });

  afterEach(() => {
    TestBed.resetTestingModule();
    vi.useRealTimers();
  });

  test('is on the page while it is visible and focused', () => {
    expect(attention.looking()).toBe(true);
    expect(away).toEqual([false]);
  });

  test('is reported to the server as away while the page is hidden', () => {
    visible = false;
    happens('visibilitychange');
    expect(attention.looking()).toBe(false);
    visible = true;
    happens('visibilitychange');
    expect(attention.looking()).toBe(true);
    expect(away).toEqual([false, true, false]);
  });

  test('stays online behind another window, but messages do not count as read', () => {
    focused = false;
    happens('blur', window);
    expect(attention.looking()).toBe(false);
    expect(away).toEqual([false]);
    focused = true;
    happens('focus', window);
    expect(attention.looking()).toBe(true);
  });

  test('ends after five minutes without input and returns with the next input', () => {
    pass(4 * minute);
    happens('pointermove');
    pass(4 * minute);
    expect(attention.looking()).toBe(true);
    pass(minute);
    expect(attention.looking()).toBe(false);
    happens('keydown');
    expect(attention.looking()).toBe(true);
    expect(away).toEqual([false, true, false]);
    pass(5 * minute);
    expect(away).toEqual([false, true, false, true]);
  });
});
