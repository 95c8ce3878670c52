import { describe, expect, test, vi } from 'vitest';
import { createMarkerStore, type Marker } from './marker.ts';

function storageWith(entries: Map<string, string>) {
  return {
    getItem: vi.fn((key: string) => entries.get(key) ?? null),
    setItem: vi.fn((key: string, value: string) => {
      entries.set(key, value);
    }),
    removeItem: vi.fn((key: string) => {
      entries.delete(key);
    }),
  };
}

const maggie = { user: 'maggie', session: 's-1' };

test.each<Marker>([maggie, { ended: 'expired' }, { signOutPending: true }, undefined])(
  'stores %j for the next page',
  (marker) => {
    const storage = storageWith(new Map());
    createMarkerStore('x', { storage }).write(marker);
    expect(createMarkerStore('x', { storage }).read()).toEqual(marker);
  },
);

test.each([
  '',
  'nonsense',
  '1',
  'null',
  '[]',
  '{"user":"maggie"}',
  '{"user":1,"session":"s"}',
  '{"signOutPending":"yes"}',
  '{"ended":5}',
])('ignores %j in the storage', (text) => {
  expect(createMarkerStore('x', { storage: storageWith(new Map([['x', text]])) }).read()).toBeUndefined();
});

describe('if the storage', () => {
  test('is missing, the marker is kept in memory', () => {
    const store = createMarkerStore('x', {});
    store.write(maggie);
    expect(store.read()).toEqual(maggie);
  });

  test('is full, the last written marker applies in this page', () => {
    const storage = storageWith(new Map());
    storage.setItem.mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    const store = createMarkerStore('x', { storage });
    store.write(maggie);
    expect(store.read()).toEqual(maggie);
  });

  test('becomes blocked, the last known marker applies', () => {
    const storage = storageWith(new Map());
    const store = createMarkerStore('x', { storage });
    store.write(maggie);
    storage.getItem.mockImplementation(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    expect(store.read()).toEqual(maggie);
    store.write(undefined);
    expect(store.read()).toBeUndefined();
  });
});
