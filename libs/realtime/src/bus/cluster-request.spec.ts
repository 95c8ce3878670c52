import { beforeEach, expect, type MockInstance, onTestFinished, test, vi } from 'vitest';
import type { Bus } from './bus.ts';
import { createMemoryBus } from './memory-bus.ts';
import { createClusterRequests, type ClusterRequestsOptions } from './cluster-request.ts';
import { newLog } from '../testing/new-node.ts';

type Options = ClusterRequestsOptions<string, number>;

const isString = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number';

/** A node that answers every request with the length of its name. */
function newClusterRequests(node: string, bus: Bus, options: Partial<Options> = {}) {
  const log = newLog();
  const handle = vi.fn<Options['handle']>(() => node.length);
  const requests = createClusterRequests<string, number>({
    bus,
    topic: 'endings',
    node,
    members: () => ['one', 'second', 'the third'],
    handle,
    isRequest: isString,
    isResponse: isNumber,
    log,
    ...options,
  });
  onTestFinished(() => {
    requests.stop();
  });
  return { ...requests, handle, log };
}

let timers: MockInstance<typeof setTimeout>;

beforeEach(() => {
  vi.useFakeTimers();
  // The number of pending timers would include those of sockets that an earlier test file of this process has just closed.
  timers = vi.spyOn(globalThis, 'setTimeout');
  onTestFinished(() => {
    vi.useRealTimers();
  });
});

test('asks every live node once and returns its own response first', async () => {
  const bus = createMemoryBus();
  const nodes = ['one', 'second', 'the third'].map((name) => newClusterRequests(name, bus));
  const gathered = await nodes[1]?.send('close them');
  expect(gathered?.complete).toBe(true);
  expect(gathered?.responses.map(({ node, response }) => [node, response])).toEqual([
    ['second', 6],
    ['one', 3],
    ['the third', 9],
  ]);
  expect(gathered?.responses.every(({ ms }) => ms >= 0)).toBe(true);
  for (const { handle } of nodes) expect(handle).toHaveBeenCalledExactlyOnceWith('close them');
});

test('responds without waiting when it is the only node', async () => {
  const requests = newClusterRequests('one', createMemoryBus(), { members: () => ['one'], timeoutMs: 500 });
  expect(await requests.send('close them')).toMatchObject({
    complete: true,
    responses: [{ node: 'one', response: 3 }],
  });
  expect(timers).not.toHaveBeenCalledWith(expect.any(Function), 500);
});

test('is incomplete after the timeout when a live node does not respond', async () => {
  const bus = createMemoryBus();
  const one = newClusterRequests('one', bus, { timeoutMs: 500 });
  newClusterRequests('second', bus);
  const asking = one.send('close them');
  await vi.advanceTimersByTimeAsync(499);
  await vi.advanceTimersByTimeAsync(1);
  const { complete, responses } = await asking;
  expect(complete).toBe(false);
  expect(responses.map(({ node }) => node)).toEqual(['one', 'second']);
});

test('treats a node whose handler fails as not responding', async () => {
  const bus = createMemoryBus();
  const one = newClusterRequests('one', bus, { members: () => ['one', 'second'] });
  const second = newClusterRequests('second', bus, { handle: () => Promise.reject(new Error('no')) });
  const asking = one.send('close them');
  await vi.advanceTimersByTimeAsync(2_000);
  expect((await asking).complete).toBe(false);
  expect(second.log.lines).toEqual(['error a cluster request of another node failed']);
});

test('responds for this node only and is incomplete when the live nodes are unknown', async () => {
  const { handle, ...requests } = newClusterRequests('one', createMemoryBus(), {
    members: () => Promise.reject(new Error('away')),
  });
  expect(await requests.send('close them')).toMatchObject({ complete: false, responses: [{ node: 'one' }] });
  expect(handle).toHaveBeenCalledOnce();
});

test('rejects with the error of this node', async () => {
  const requests = newClusterRequests('one', createMemoryBus(), { handle: () => Promise.reject(new Error('no')) });
  await expect(requests.send('close them')).rejects.toThrow('no');
});

test('ignores responses of unknown nodes, repeated responses and invalid responses', async () => {
  const bus = createMemoryBus();
  const one = newClusterRequests('one', bus, { members: () => ['one', 'second'], timeoutMs: 100 });
  let id = '';
  bus.subscribe('cluster:endings', {
    message: (payload) => {
      id = (JSON.parse(payload) as { id: string }).id;
    },
  });
  const asking = one.send('close them');
  await vi.advanceTimersByTimeAsync(0);
  const respond = (response: object): void => {
    bus.publish('cluster:endings:one', JSON.stringify(response));
  };
  respond({ id, node: 'unknown', response: 1 });
  respond({ id: 'another', node: 'second', response: 1 });
  respond({ id, node: 'second', response: 'many' });
  bus.publish('cluster:endings:one', 'no JSON');
  respond({ id, node: 'second', response: 7 });
  respond({ id, node: 'second', response: 8 });
  expect(await asking).toMatchObject({ complete: true, responses: [{ node: 'one' }, { node: 'second', response: 7 }] });
});

test('logs an invalid request and does not answer it', () => {
  const bus = createMemoryBus();
  const { handle, log } = newClusterRequests('one', bus);
  for (const payload of ['no JSON', 'null', '{"id":"1","from":"second","request":2}', '{"request":"close them"}']) {
    bus.publish('cluster:endings', payload);
  }
  expect(handle).not.toHaveBeenCalled();
  expect(log.lines).toHaveLength(4);
});

test('neither answers nor waits after stop', async () => {
  const bus = createMemoryBus();
  const one = newClusterRequests('one', bus, { members: () => ['one', 'second'] });
  const second = newClusterRequests('second', bus);
  second.stop();
  const asking = one.send('close them');
  await vi.advanceTimersByTimeAsync(0);
  one.stop();
  expect(await asking).toMatchObject({ complete: false });
  expect(second.handle).not.toHaveBeenCalled();
});

test('calls missed when the bus may have lost requests', () => {
  const missed = vi.fn();
  const inner = createMemoryBus();
  const tell: (() => void)[] = [];
  const bus: Bus = {
    publish: (topic, payload) => {
      inner.publish(topic, payload);
    },
    close: () => undefined,
    subscribe: (topic, subscriber) => {
      if (subscriber.gap !== undefined) tell.push(subscriber.gap);
      return inner.subscribe(topic, subscriber);
    },
  };
  newClusterRequests('one', bus, { missed });
  for (const each of tell) each();
  expect(missed).toHaveBeenCalledOnce();
});
