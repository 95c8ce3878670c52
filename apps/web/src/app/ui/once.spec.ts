import { expect, test, vi } from 'vitest';
import { once } from './once.ts';

test('makes nothing before it is asked, and then one thing, even if that is undefined', () => {
  const make = vi.fn(() => undefined);
  const get = once(make);
  expect(make).not.toHaveBeenCalled();
  get();
  get();
  expect(make).toHaveBeenCalledOnce();
});
