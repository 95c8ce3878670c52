import { TestBed } from '@angular/core/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeLocks } from '../testing/fake-locks.ts';
import { type OneTab, injectOneTab } from './one-tab.ts';

let visibility: DocumentVisibilityState;
let locks: FakeLocks | undefined;

function tab(): OneTab {
  return TestBed.runInInjectionContext(injectOneTab);
}

function show(state: DocumentVisibilityState): void {
  visibility = state;
  document.dispatchEvent(new Event('visibilitychange'));
}

describe('of all tabs of a browser', () => {
  beforeEach(() => {
    visibility = 'hidden';
    locks = new FakeLocks();
    vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => visibility);
    Object.defineProperty(navigator, 'locks', { configurable: true, get: () => locks });
  });

  afterEach(() => {
    TestBed.resetTestingModule();
    Reflect.deleteProperty(navigator, 'locks');
  });

  test('the first speaks, and the next one when it is closed', async () => {
    const other = locks?.hold('usher.notify');
    const mine = tab();
    expect(await mine.mayNotify()).toBe(false);
    other?.release();
    await vi.waitFor(async () => {
      expect(await mine.mayNotify()).toBe(true);
    });
  });

  test('none speaks while one is looked at', async () => {
    const mine = tab();
    const other = locks?.hold('usher.looked-at');
    await Promise.resolve();
    expect(await mine.mayNotify()).toBe(false);
    other?.release();
    await vi.waitFor(async () => {
      expect(await mine.mayNotify()).toBe(true);
    });
    show('visible');
    expect(await mine.mayNotify()).toBe(false);
    expect((await locks?.query())?.held).toContainEqual({ name: 'usher.looked-at' });
    show('hidden');
    await vi.waitFor(async () => {
      expect(await mine.mayNotify()).toBe(true);
    });
  });

  test('one that is closed gives back what it held', async () => {
    show('visible');
    tab();
    await vi.waitFor(async () => {
      expect((await locks?.query())?.held).toHaveLength(2);
    });
    TestBed.resetTestingModule();
    await vi.waitFor(async () => {
      expect((await locks?.query())?.held).toEqual([]);
    });
  });

  test('each speaks where there are no locks', async () => {
    locks = undefined;
    expect(await tab().mayNotify()).toBe(true);
  });
});
