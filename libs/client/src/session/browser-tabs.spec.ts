// @vitest-environment jsdom
import { describe, expect, test, vi } from 'vitest';
import { browserTabs } from './tabs.ts';

describe('the tabs of this browser', () => {
  test('share storage and receive its change events', () => {
    const { storage, watch } = browserTabs();
    storage?.setItem('x', 'y');
    expect(localStorage.getItem('x')).toBe('y');
    const received: unknown[] = [];
    const stop = watch?.((key) => received.push(key));
    window.dispatchEvent(new StorageEvent('storage', { key: 'x' }));
    window.dispatchEvent(new StorageEvent('storage', { key: null }));
    stop?.();
    window.dispatchEvent(new StorageEvent('storage', { key: 'x' }));
    expect(received).toEqual(['x', null]);
  });

  test('share named channels', async () => {
    const [one, other] = [browserTabs().channel?.('usher.test'), browserTabs().channel?.('usher.test')];
    const received = new Promise((resolve) => {
      if (other)
        other.onmessage = ({ data }) => {
          resolve(data);
        };
    });
    one?.postMessage({ a: 1 });
    expect(await received).toEqual({ a: 1 });
    one?.close();
    other?.close();
  });

  test('work if storage is blocked', () => {
    vi.spyOn(window, 'localStorage', 'get').mockImplementation(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    expect(browserTabs().storage).toBeUndefined();
  });

  test('work without locks and channels', () => {
    vi.stubGlobal('BroadcastChannel', undefined);
    vi.spyOn(globalThis, 'navigator', 'get').mockReturnValue({} as Navigator);
    const { locks, channel } = browserTabs();
    expect([locks, channel]).toEqual([undefined, undefined]);
    vi.unstubAllGlobals();
  });
});
