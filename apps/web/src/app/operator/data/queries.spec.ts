import { Component, signal } from '@angular/core';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { OperatorPage } from '../../testing/operator-page.ts';
import { LiveQuery } from './live-query.ts';
import { PagedQuery } from './paged-query.ts';

const filter = signal('a');
const results: PromiseWithResolvers<string>[] = [];

@Component({ selector: 'app-live', template: '<h1>{{ query.value() }}</h1>' })
class Live {
  protected readonly query = new LiveQuery(
    () => filter(),
    (): Promise<string> => {
      const result = Promise.withResolvers<string>();
      results.push(result);
      return result.promise;
    },
    0,
  );
}

let items: readonly string[] = [];
let newer = 0;

@Component({
  selector: 'app-list',
  template: `
    <h1>{{ query.items()?.join(' ') }}</h1>
    <output>{{ query.newer() }}</output>
    <button (click)="query.reload()">{{ query.state() }}</button>
  `,
})
class List {
  protected readonly query = new PagedQuery({
    params: () => filter(),
    load: (): Promise<{ items: readonly string[] }> => Promise.resolve({ items }),
    countNew: () => Promise.resolve(newer),
  });
}

function setHidden(hidden: boolean): void {
  Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
  document.dispatchEvent(new Event('visibilitychange'));
}

beforeEach(() => {
  filter.set('a');
  results.length = 0;
  newer = 0;
  return () => Reflect.deleteProperty(document, 'hidden');
});

const heading = (page: OperatorPage): string | undefined => page.element.querySelector('h1')?.textContent;

describe('a live query', () => {
  test('is sent again after its result, and not while the page is hidden', async () => {
    const page = new OperatorPage(Live);
    await page.open('/admin');
    await page.shows(() => results.length === 1);
    results[0]?.resolve('one');
    await page.shows(() => heading(page) === 'one' && results.length === 2);
    setHidden(true);
    await page.shows(() => true);
    results[1]?.resolve('two');
    await Promise.resolve();
    expect(results).toHaveLength(2);
    setHidden(false);
    await page.shows(() => results.length === 3);
    expect(heading(page)).toBe('one');
  });

  test('drops the result for an earlier filter', async () => {
    const page = new OperatorPage(Live);
    await page.open('/admin');
    await page.shows(() => results.length === 1);
    filter.set('b');
    await page.shows(() => results.length === 2);
    results[1]?.resolve('b');
    await page.shows(() => heading(page) === 'b');
    results[0]?.resolve('a');
    await Promise.resolve();
    await page.shows(() => heading(page) === 'b');
  });

  test('keeps its value when the connection is lost, and continues on the next one', async () => {
    const page = new OperatorPage(Live);
    await page.open('/admin');
    await page.shows(() => results.length === 1);
    results[0]?.resolve('one');
    await page.shows(() => results.length === 2);
    page.server.last.end(1006);
    await page.shows(() => results.length === 3);
    expect(heading(page)).toBe('one');
    results[2]?.resolve('three');
    await page.shows(() => heading(page) === 'three');
  });
});

describe('a list', () => {
  test('counts new entries, and moves only when they are requested', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    try {
      items = ['x'];
      const page = new OperatorPage(List);
      await page.open('/admin');
      await page.shows(() => heading(page) === 'x');
      items = ['y', 'x'];
      newer = 1;
      await vi.advanceTimersByTimeAsync(4_000);
      await page.shows(() => page.element.querySelector('output')?.textContent === '1');
      expect(heading(page)).toBe('x');
      page.element.querySelector('button')?.click();
      await page.shows(() => heading(page) === 'y x');
      expect(page.element.querySelector('output')?.textContent).toBe('0');
    } finally {
      vi.useRealTimers();
    }
  });

  test('is unchanged after a reconnect', async () => {
    items = ['x'];
    const page = new OperatorPage(List);
    await page.open('/admin');
    await page.shows(() => heading(page) === 'x');
    items = ['y'];
    page.server.last.end(1006);
    await page.shows(() => page.server.sockets.length === 2);
    expect(heading(page)).toBe('x');
  });
});
