import { expect, test, vi } from 'vitest';
import { browserPage } from './index.ts';
import { browserTabs } from './session.ts';

test('a page outside a browser is always online and emits no events', () => {
  const listener = vi.fn();
  expect(browserPage.online()).toBe(true);
  browserPage.watch(listener)();
  expect(listener).not.toHaveBeenCalled();
});

test('tabs outside a browser share nothing', () => {
  expect(browserTabs()).toEqual({});
});
