import { TestBed } from '@angular/core/testing';
import { defer } from 'rxjs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { IdlePreloading } from './idle-preloading.ts';

const loaded: string[] = [];

function part(name: string, isBroken = false) {
  return (): Promise<void> => {
    loaded.push(name);
    return isBroken ? Promise.reject(new TypeError('Failed to fetch dynamically imported module')) : Promise.resolve();
  };
}

describe('preloading', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('requestIdleCallback', (work: () => void) => setTimeout(work, 10));
    loaded.length = 0;
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  test('begins after the page has loaded, and loads one part per idle period', async () => {
    const preloading = TestBed.inject(IdlePreloading);
    void preloading.preloadParts([part('dialog', true), part('switcher')]);
    preloading.preload({}, () => defer(part('search', true))).subscribe();
    await vi.advanceTimersByTimeAsync(1_500);
    expect(loaded).toEqual([]);
    await vi.advanceTimersByTimeAsync(10);
    expect(loaded).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(20);
    expect(loaded.toSorted()).toEqual(['dialog', 'search', 'switcher']);
  });

  test('skips routes that few users open', async () => {
    const preloading = TestBed.inject(IdlePreloading);
    preloading.preload({ data: { preload: false } }, () => defer(part('console'))).subscribe();
    preloading.preload({}, () => defer(part('search'))).subscribe();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(loaded).toEqual(['search']);
  });

  test('loads nothing for users who save data', async () => {
    Object.defineProperty(navigator, 'connection', { configurable: true, value: { saveData: true } });
    const preloading = TestBed.inject(IdlePreloading);
    await preloading.preloadParts([part('dialog')]);
    preloading.preload({}, () => defer(part('search'))).subscribe();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(loaded).toEqual([]);
    Reflect.deleteProperty(navigator, 'connection');
  });
});
