import { TestBed } from '@angular/core/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RoomTestPage } from '../rooms/testing/room-test-page.ts';
import { RoundTripCard } from './round-trip-card.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});

afterEach(() => {
  TestBed.resetTestingModule();
  vi.useRealTimers();
});

test('shows a round trip only while connected, and measures again with the next connection', async () => {
  const page = new RoomTestPage();
  const shown = TestBed.createComponent(RoundTripCard).nativeElement as HTMLElement;
  const figure = (): string | undefined => shown.querySelector('.figure')?.textContent;
  await page.opened();
  await page.settled();
  expect(figure()).toMatch(/ms$/);
  page.server.last.end(1006);
  await page.settled();
  expect(figure()).toBe('–');
  expect(shown.querySelector('.hint')?.textContent).toBe('Not measured while disconnected.');
  page.usher.socket.retryNow();
  await page.settled();
  await page.settled();
  expect(figure()).toMatch(/ms$/);
});
