// @vitest-environment jsdom
import { describe, expect, test, vi } from 'vitest';
import { browserTabs } from './tabs.ts';

describe('the tabs of this browser', () => {
  test('share its storage, and hear what the others do to it', () => {
    const { storage, watch } = browserTabs();
    storage?.setItem('x', 'y');
    expect(localStorage.getItem('x')).toBe('y');
    const heard: unknown[] = [];
    const stop = watch?.((key) => heard.push(key));
    window.dispatchEvent(new StorageEvent('storage', { key: 'x' }));
    window.dispatchEvent(new StorageEvent('storage', { key: null }));
    stop?.();
    window.dispatchEvent(new StorageEvent('storage', { key: 'x' }));
    expect(heard).toEqual(['x', null]);
  });

  test('have channels of a name', async () => {
    const [one, other] = [browserTabs().channel?.('usher.test'), browserTabs().channel?.('usher.test')];
    const heard = new Promise((resolve) => {
      if (other)
        other.onmessage = ({ data }) => {
          resolve(data);
        };
    });
    one?.postMessage({ a: 1 });
    expect(await heard).toEqual({ a: 1 });
    one?.close();
    other?.close();
  });

  test('do without a storage that is forbidden', () => {
    vi.spyOn(window, 'localStorage', 'get').mockImplementation(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    expect(browserTabs().storage).toBeUndefined();
  });

  test('do without locks and channels that the browser has not', () => {
    vi.stubGlobal('BroadcastChannel', undefined);
    vi.spyOn(globalThis, 'navigator', 'get').mockReturnValue({} as Navigator);
    const { locks, channel } = browserTabs();
    expect([locks, channel]).toEqual([undefined, undefined]);
    vi.unstubAllGlobals();
  });
});
