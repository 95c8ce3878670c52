import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { Bus } from '../bus/bus.ts';
import { createMemoryBus } from '../bus/memory-bus.ts';
import { createMemoryCluster } from '../cluster/cluster.ts';
import {
  createMemoryMemberships,
  createMemoryReadMarkers,
  MemoryMembershipStore,
} from '../membership/memory-memberships.ts';
import { newNode, sendAll } from '../testing/new-node.ts';
import { createMemoryHistory } from './memory-history.ts';

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
});

/** A bus that counts its open subscriptions. */
function counting() {
  const inner = createMemoryBus();
  const open = new Set<object>();
  const bus: Bus = {
    publish: inner.publish.bind(inner),
    close: () => undefined,
    subscribe(topic, subscriber) {
      const end = inner.subscribe(topic, subscriber);
      open.add(end);
      return () => {
        open.delete(end);
        end();
      };
    },
  };
  return { bus, open };
}

/** A cluster of one node that counts its listeners. */
function countingCluster() {
  const inner = createMemoryCluster();
  const listeners = new Set<object>();
  const cluster = {
    ...inner,
    onNodeDown: (listener: (node: string) => void) => {
      const remove = inner.onNodeDown(listener);
      listeners.add(remove);
      return () => {
        listeners.delete(remove);
        remove();
      };
    },
  };
  return { cluster, listeners };
}

test('leaves no timer, no subscription and no listener after stop', async () => {
  const { bus, open } = counting();
  const { cluster, listeners } = countingCluster();
  const history = createMemoryHistory({ rooms: ['general', 'random'] });
  const store = new MemoryMembershipStore(history);
  const memberships = createMemoryMemberships(store);
  const node = newNode({ bus, cluster, history, memberships, readMarkers: createMemoryReadMarkers(store) });
  const [maggie, bart] = [node.connect('maggie'), node.connect('bart')];
  for (const client of [maggie, bart]) {
    for (const room of ['general', 'random']) await client.request('join', { room });
  }
  await sendAll(maggie, 'general', ['a', 'b']);
  bart.disconnect();
  // The timers of held presence, coalesced changes, unread counts and head checks are pending.
  expect(vi.getTimerCount()).toBeGreaterThan(2);
  expect(open.size).toBeGreaterThan(4);
  expect(listeners.size).toBe(1);
  node.connections.stop();
  await node.rooms.stop();
  await node.rooms.stop();
  await vi.advanceTimersByTimeAsync(0);
  expect([vi.getTimerCount(), open.size, listeners.size]).toEqual([0, 0, 0]);
  expect(node.rooms.list()).toEqual([]);
});

test('rejects a join after stop with internal', async () => {
  const node = newNode();
  const maggie = node.connect('maggie');
  await node.rooms.stop();
  expect(await maggie.request('join', { room: 'general' })).toMatchObject({ type: 'error', code: 'internal' });
});
