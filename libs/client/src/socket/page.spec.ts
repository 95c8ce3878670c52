// @vitest-environment jsdom
import { expect, test, vi } from 'vitest';
import { browserPage, type PageEvent } from './page.ts';

function show(state: 'visible' | 'hidden'): void {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
}

test('emits page events, and visibilitychange only when the page becomes visible', () => {
  const received: PageEvent[] = [];
  const stop = browserPage.watch((event) => received.push(event));
  for (const event of ['offline', 'online', 'pagehide', 'pageshow']) window.dispatchEvent(new Event(event));
  show('hidden');
  show('visible');
  expect(received).toEqual(['offline', 'online', 'pagehide', 'pageshow', 'visibilitychange']);
  stop();
  for (const event of ['offline', 'online', 'pagehide', 'pageshow']) window.dispatchEvent(new Event(event));
  show('visible');
  expect(received).toHaveLength(5);
});

test('returns the network state of the device', () => {
  expect(browserPage.online()).toBe(true);
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
  expect(browserPage.online()).toBe(false);
});
