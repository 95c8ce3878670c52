import { expect, test, vi } from 'vitest';
import { once } from './once.ts';

test('creates the value on the first call and returns it on later calls, even if it is undefined', () => {
  const make = vi.fn(() => undefined);
  const get = once(make);
  expect(make).not.toHaveBeenCalled();
  get();
  get();
  expect(make).toHaveBeenCalledOnce();
});
