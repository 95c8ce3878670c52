import { TestBed } from '@angular/core/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeLocks } from '../testing/fake-locks.ts';
import { type OneTab, injectOneTab } from './one-tab.ts';

let visibility: DocumentVisibilityState;
let locks: FakeLocks | undefined;

function openTab(): OneTab {
  return TestBed.runInInjectionContext(injectOneTab);
}

function show(state: DocumentVisibilityState): void {
  visibility = state;
  document.dispatchEvent(new Event('visibilitychange'));
}

describe('the election among the tabs of a browser', () => {
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

  test('elects the first tab, and the next one when it closes', async () => {
    const other = locks?.hold('usher.notify');
    const mine = openTab();
    expect(await mine.mayNotify()).toBe(false);
    other?.release();
    await vi.waitFor(async () => {
      expect(await mine.mayNotify()).toBe(true);
    });
  });

  test('lets no tab notify while one is visible', async () => {
    const mine = openTab();
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

  test('releases the locks of a closed tab', async () => {
    show('visible');
    openTab();
    await vi.waitFor(async () => {
      expect((await locks?.query())?.held).toHaveLength(2);
    });
    TestBed.resetTestingModule();
    await vi.waitFor(async () => {
      expect((await locks?.query())?.held).toEqual([]);
    });
  });

  test('elects every tab without Web Locks', async () => {
    locks = undefined;
    expect(await openTab().mayNotify()).toBe(true);
  });
});
