import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import type { Message } from '@usher/protocol';
import { beforeEach, describe, expect, test } from 'vitest';
import { pendingRequest, respondWithProblem } from '../testing/rendered-component.ts';
import { Search } from './search.ts';

const message = (seq: number): Message => ({ room: 'general', seq, id: `m${seq}`, from: 'bart', text: 'hi', at: seq });

let search: Search;

describe('the search', () => {
  beforeEach(() => {
    TestBed.configureTestingModule({ providers: [provideHttpClient(), provideHttpClientTesting()] });
    search = TestBed.runInInjectionContext(() => new Search());
  });

  const found = (): number[] | undefined => search.found()?.map(({ seq }) => seq);

  test('loads results page by page', async () => {
    const first = search.look(' krusty ');
    expect(search.state()).toBe('looking');
    (await pendingRequest('GET', '/api/search?q=krusty&limit=20')).flush({ messages: [message(9)], next: 'n1' });
    await first;
    expect([found(), search.state(), search.rest()]).toEqual([[9], 'idle', 'n1']);
    const second = search.more();
    (await pendingRequest('GET', '/api/search?q=krusty&limit=20&before=n1')).flush({ messages: [message(3)] });
    await second;
    expect([found(), search.rest()]).toEqual([[9, 3], undefined]);
    await search.more();
    TestBed.inject(HttpTestingController).verify();
  });

  test('drops the response to an outdated query', async () => {
    const first = search.look('one');
    const early = await pendingRequest('GET', '/api/search?q=one&limit=20');
    const second = search.look('two');
    (await pendingRequest('GET', '/api/search?q=two&limit=20')).flush({ messages: [message(2)] });
    early.flush({ messages: [message(1)] });
    await Promise.all([first, second]);
    expect(found()).toEqual([2]);
  });

  test('sends no request for an empty query', async () => {
    await search.look('   ');
    expect([found(), search.state()]).toEqual([undefined, 'idle']);
    TestBed.inject(HttpTestingController).verify();
  });

  test('keeps the results when the next page fails, and retries it', async () => {
    const first = search.look('one');
    (await pendingRequest('GET', '/api/search?q=one&limit=20')).flush({ messages: [message(1)], next: 'n' });
    await first;
    const second = search.more();
    respondWithProblem(await pendingRequest('GET', '/api/search?q=one&limit=20&before=n'), 'at_capacity');
    await second;
    expect(search.error()).toBeDefined();
    expect(found()).toEqual([1]);
    const third = search.more();
    expect(search.error()).toBeUndefined();
    (await pendingRequest('GET', '/api/search?q=one&limit=20&before=n')).flush({ messages: [] });
    await third;
    expect(search.rest()).toBeUndefined();
  });
});
