import { expect, test, vi } from 'vitest';
import { browserPage } from './page.ts';

test('is always online and emits no events outside a browser', () => {
  const listener = vi.fn();
  expect(browserPage.online()).toBe(true);
  browserPage.watch(listener)();
  expect(listener).not.toHaveBeenCalled();
});
