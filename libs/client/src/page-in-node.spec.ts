import { expect, test, vi } from 'vitest';
import { browserPage } from './page.ts';

test('where there is no page there is always a network and never an event', () => {
  const listener = vi.fn();
  expect(browserPage.online()).toBe(true);
  browserPage.watch(listener)();
  expect(listener).not.toHaveBeenCalled();
});
