import { describe, expect, test } from 'vitest';
import { Loader } from './loader.ts';

/** Questions that are answered by hand, in any order. */
function questions() {
  const open: PromiseWithResolvers<string>[] = [];
  const asked = new Loader(() => {
    const question = Promise.withResolvers<string>();
    open.push(question);
    return question.promise;
  });
  return { asked, open };
}

describe('a loader', () => {
  test('is empty at first and then has the value of the response', async () => {
    const { asked, open } = questions();
    const done = asked.load();
    expect(asked.value()).toBeUndefined();
    open[0]?.resolve('first');
    await done;
    expect(asked.value()).toBe('first');
    expect(asked.error()).toBeUndefined();
  });

  test('keeps the response of the later of two overlapping requests', async () => {
    const { asked, open } = questions();
    const both = [asked.load(), asked.load()];
    open[1]?.resolve('later');
    open[0]?.resolve('earlier');
    await Promise.all(both);
    expect(asked.value()).toBe('later');
  });

  test('runs one request and queues one, however often it is refreshed', async () => {
    const { asked, open } = questions();
    const all = [asked.refresh(), asked.refresh(), asked.refresh()];
    expect(open).toHaveLength(1);
    open[0]?.resolve('first');
    await all[0];
    expect(asked.value()).toBe('first');
    await Promise.resolve();
    expect(open).toHaveLength(2);
    open[1]?.resolve('second');
    await Promise.all(all);
    expect(asked.value()).toBe('second');
    void asked.refresh();
    expect(open).toHaveLength(3);
  });

  test('keeps the value beside the error of a repeated request, and clears the error with the next request', async () => {
    const { asked, open } = questions();
    const first = asked.load();
    open[0]?.resolve('first');
    await first;
    const second = asked.load();
    open[1]?.reject(new Error('no network'));
    await second;
    expect(asked.value()).toBe('first');
    expect(asked.error()).toEqual(new Error('no network'));
    void asked.load();
    expect(asked.error()).toBeUndefined();
  });
});
