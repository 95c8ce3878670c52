import { expect, test } from 'vitest';
import { FairQueue, type FairQueueOptions, type Priority } from './fair-queue.ts';

/** A queue whose jobs record their start and end in the next event-loop turn. */
function queueOf(options: Partial<FairQueueOptions> = {}) {
  const queue = new FairQueue({ concurrency: 1, maxWaiting: 100, maxWaitingPerNetwork: 100, ...options });
  const begun: string[] = [];
  const outcomes: Promise<string>[] = [];
  return {
    begun,
    /** Adds jobs named after their network and number. */
    add: (network: string, count = 1, priority: Priority = 'sign-in'): void => {
      for (let n = 1; n <= count; n++) {
        const name = `${network}${n}`;
        const job = (): Promise<void> => {
          begun.push(name);
          return new Promise(setImmediate);
        };
        outcomes.push(
          queue.run({ network, priority }, job).then(
            () => `${name} done`,
            (error: unknown) => `${name} ${String(Reflect.get(Object(error), 'code'))}`,
          ),
        );
      }
    },
    /** Resolves to the names of the rejected jobs when all have settled. */
    refused: async (): Promise<string[]> => {
      const all = await Promise.all(outcomes);
      return all.filter((outcome) => outcome.endsWith(' at_capacity')).map((outcome) => outcome.split(' ')[0] ?? '');
    },
  };
}

test('runs the jobs of one network in order', async () => {
  const { add, begun, refused } = queueOf();
  add('a', 4);
  expect(await refused()).toEqual([]);
  expect(begun).toEqual(['a1', 'a2', 'a3', 'a4']);
});

test('alternates between networks, so that one job does not wait for a hundred jobs of another network', async () => {
  const { add, begun, refused } = queueOf();
  add('flood', 50);
  add('b');
  add('c', 2);
  expect(await refused()).toEqual([]);
  expect(begun.slice(0, 6)).toEqual(['flood1', 'flood2', 'b1', 'c1', 'flood3', 'c2']);
});

test('runs sign-ins before sign-ups, and one sign-up after four sign-ins', async () => {
  const { add, begun, refused } = queueOf();
  add('running');
  add('up', 3, 'sign-up');
  add('in', 6);
  expect(await refused()).toEqual([]);
  expect(begun.slice(1)).toEqual(['in1', 'in2', 'in3', 'in4', 'up1', 'in5', 'in6', 'up2', 'up3']);
});

test('rejects jobs above the limit of one network', async () => {
  const { add, refused } = queueOf({ maxWaitingPerNetwork: 2 });
  add('running');
  add('a', 2, 'sign-up');
  add('a', 1);
  add('b', 2);
  expect(await refused()).toEqual(['a1']);
});

test('drops a job of the largest network for another network when the queue is full', async () => {
  const { add, refused } = queueOf({ maxWaiting: 4 });
  add('flood', 5);
  add('b', 2);
  add('c');
  add('d');
  // Now each of the four networks has one job waiting.
  add('e');
  expect((await refused()).sort()).toEqual(['b2', 'e1', 'flood3', 'flood4', 'flood5']);
});

test('drops a sign-up for a sign-in when the queue is full, but never the reverse', async () => {
  const { add, begun, refused } = queueOf({ maxWaiting: 2 });
  add('running');
  add('up', 2, 'sign-up');
  add('in', 2);
  add('late', 1, 'sign-up');
  expect((await refused()).sort()).toEqual(['late1', 'up1', 'up2']);
  expect(begun).toEqual(['running1', 'in1', 'in2']);
});

test('continues after a failed job', async () => {
  const queue = new FairQueue({ concurrency: 1, maxWaiting: 1, maxWaitingPerNetwork: 1 });
  const origin = { network: 'a', priority: 'sign-in' } as const;
  const failed = queue.run(origin, () => Promise.reject(new RangeError('failed')));
  const next = queue.run(origin, () => Promise.resolve('done'));
  await expect(failed).rejects.toThrow(RangeError);
  await expect(next).resolves.toBe('done');
});
