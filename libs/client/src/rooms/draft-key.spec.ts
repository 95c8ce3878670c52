import { expect, test, vi } from 'vitest';
import { uuid } from './draft.ts';

const version4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('returns unique UUIDs of version 4', () => {
  const setup = Array.from({ length: 1_000 }, uuid);
  for (const each of setup) expect(each).toMatch(version4);
  expect(new Set(setup).size).toBe(1_000);
});

test('pads small bytes with zeros', () => {
  vi.spyOn(crypto, 'getRandomValues').mockImplementation((array) => array);
  expect(uuid()).toBe('00000000-0000-4000-8000-000000000000');
});

test('does not use APIs that require https', () => {
  vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) });
  expect(uuid()).toMatch(version4);
  vi.unstubAllGlobals();
});
