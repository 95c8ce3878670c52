import { ErrorHandler } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { loadTexts } from '../texts/shell.ts';
import { LoadFailure } from './load-failure.ts';
import { LoadNotice } from './load-notice.ts';

const importFailed = new TypeError('Failed to fetch dynamically imported module: http://x/chunk-12345678.js');
const handleError = vi.fn();
let script: HTMLScriptElement;

/** Reports a failed import; returns the texts and buttons of the notice. */
async function shownAfter(error: unknown): Promise<string[]> {
  const fixture = TestBed.createComponent(LoadNotice);
  await TestBed.inject(LoadFailure).report(error);
  await fixture.whenStable();
  const page = fixture.nativeElement as HTMLElement;
  return [...page.querySelectorAll('p, button')].map(({ textContent }) => textContent.trim());
}

function indexHas(main: string): void {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(`<script src="${main}" type="module"></script>`)));
}

describe('the notice about a failed chunk', () => {
  beforeEach(() => {
    handleError.mockReset();
    script = document.createElement('script');
    script.type = 'text/plain';
    script.src = 'main-OLD00000.js';
    document.body.append(script);
    TestBed.configureTestingModule({ providers: [{ provide: ErrorHandler, useValue: { handleError } }] });
  });

  afterEach(() => {
    script.remove();
    vi.unstubAllGlobals();
  });

  test('shows that the device is offline until it is online again', async () => {
    vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
    expect(await shownAfter(importFailed)).toEqual([loadTexts.offline, loadTexts.dismiss]);
    window.dispatchEvent(new Event('online'));
    expect(TestBed.inject(LoadFailure).kind()).toBeUndefined();
  });

  test('offers to reload when the server has another build', async () => {
    indexHas('main-NEW11111.js');
    expect(await shownAfter(importFailed)).toEqual([loadTexts.updated, loadTexts.reload, loadTexts.dismiss]);
  });

  test('offers to reload when the build is the same', async () => {
    indexHas('main-OLD00000.js');
    expect(await shownAfter(importFailed)).toEqual([loadTexts.failed, loadTexts.reload, loadTexts.dismiss]);
  });

  test('shows that the server cannot be reached', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
    expect(await shownAfter(importFailed)).toEqual([loadTexts.unreachable, loadTexts.dismiss]);
  });

  test('is not shown for other errors, which go to the error handler', async () => {
    const error = new Error('a bug');
    expect(await shownAfter(error)).toEqual([]);
    expect(handleError).toHaveBeenCalledWith(error);
  });
});
