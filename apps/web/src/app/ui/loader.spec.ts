import { describe, expect, test } from 'vitest';
import { Loader } from './loader.ts';

/** Requests to which the test responds in any order. */
function requests() {
  const open: PromiseWithResolvers<string>[] = [];
  const loader = new Loader(() => {
    const request = Promise.withResolvers<string>();
    open.push(request);
    return request.promise;
  });
  return { loader, open };
}

describe('a loader', () => {
  test('is empty at first and then has the value of the response', async () => {
    const { loader, open } = requests();
    const done = loader.load();
    expect(loader.value()).toBeUndefined();
    open[0]?.resolve('first');
    await done;
    expect(loader.value()).toBe('first');
    expect(loader.error()).toBeUndefined();
  });

  test('keeps the response of the later of two overlapping requests', async () => {
    const { loader, open } = requests();
    const both = [loader.load(), loader.load()];
    open[1]?.resolve('later');
    open[0]?.resolve('earlier');
    await Promise.all(both);
    expect(loader.value()).toBe('later');
  });

  test('runs one request and queues one, however often it is refreshed', async () => {
    const { loader, open } = requests();
    const all = [loader.refresh(), loader.refresh(), loader.refresh()];
    expect(open).toHaveLength(1);
    open[0]?.resolve('first');
    await all[0];
    expect(loader.value()).toBe('first');
    await Promise.resolve();
    expect(open).toHaveLength(2);
    open[1]?.resolve('second');
    await Promise.all(all);
    expect(loader.value()).toBe('second');
    void loader.refresh();
    expect(open).toHaveLength(3);
  });

  test('keeps the value beside the error of a repeated request, and clears the error with the next request', async () => {
    const { loader, open } = requests();
    const first = loader.load();
    open[0]?.resolve('first');
    await first;
    const second = loader.load();
    open[1]?.reject(new Error('no network'));
    await second;
    expect(loader.value()).toBe('first');
    expect(loader.error()).toEqual(new Error('no network'));
    void loader.load();
    expect(loader.error()).toBeUndefined();
  });
});
