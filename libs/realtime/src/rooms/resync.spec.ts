import { expect, onTestFinished, test, vi } from 'vitest';
import type { Bus } from '../bus/bus.ts';
import { createMemoryBus, MemoryBusStore } from '../bus/memory-bus.ts';
import { eventually } from '../testing/eventually.ts';
import { liveSeqs, newKey, newNode, range, sendAll } from '../testing/new-node.ts';
import type { History, RoomHead } from './history.ts';
import { createMemoryHistory } from './memory-history.ts';

/** A bus that drops the payloads of rooms while `lose` is true, and can report a gap for every subscription. */
function lossyBus() {
  const inner = createMemoryBus();
  const gaps = new Set<() => void>();
  const state = { lose: false };
  const bus: Bus = {
    ...inner,
    publish: (topic, payload) => {
      if (!state.lose || !topic.startsWith('room:')) inner.publish(topic, payload);
    },
    subscribe: (topic, { message, gap }) => {
      if (gap !== undefined) gaps.add(gap);
      return inner.subscribe(topic, { message });
    },
  };
  return {
    bus,
    state,
    reportGaps: () => {
      for (const gap of gaps) gap();
    },
  };
}

test('the regular check delivers the last message of a room that the bus has lost, once', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const { bus, state } = lossyBus();
  const history = createMemoryHistory({ rooms: ['general'] });
  const [here, there] = [newNode({ bus, history }), newNode({ bus, history, headCheckMs: 1_000 })];
  const [maggie, bart] = [here.connect('maggie'), there.connect('bart')];
  for (const client of [maggie, bart]) await client.request('join', { room: 'general' });
  state.lose = true;
  await sendAll(maggie, 'general', ['lost']);
  expect(liveSeqs(bart)).toEqual([]);
  for (let times = 0; times < 3; times++) vi.advanceTimersByTime(1_000);
  await eventually(() => {
    expect(liveSeqs(bart)).toEqual([1]);
  });
  vi.advanceTimersByTime(1_000);
  state.lose = false;
  await sendAll(maggie, 'general', ['next']);
  await eventually(() => {
    expect(liveSeqs(bart)).toEqual([1, 2]);
  });
});

/** A node with a member in each of 300 rooms, and the calls of its history. */
async function crowdedNode(count = 300) {
  const rooms = Array.from({ length: count }, (_, index) => `room-${index}`);
  const memory = createMemoryHistory({ rooms });
  const calls = { heads: 0, reads: 0, running: 0, most: 0 };
  const failing = { heads: 0 };
  const history: History = {
    ...memory,
    heads: (names): Promise<ReadonlyMap<string, RoomHead>> => {
      calls.heads++;
      if (failing.heads-- > 0) return Promise.reject(new Error('unavailable'));
      return memory.heads(names);
    },
    read: async (room, range) => {
      calls.reads++;
      calls.running++;
      calls.most = Math.max(calls.most, calls.running);
      await new Promise((resolve) => setImmediate(resolve));
      calls.running--;
      return memory.read(room, range);
    },
  };
  const lossy = lossyBus();
  const limits = { rooms: count, requestsPerSecond: 0, sendsPerSecond: 0 };
  const node = newNode({ bus: lossy.bus, history, limits });
  const client = node.connect();
  for (const room of rooms) await client.request('join', { room });
  Object.assign(calls, { heads: 0, reads: 0, most: 0 });
  return { ...lossy, rooms, memory, node, client, calls, failing };
}

test('a gap in 300 rooms costs two reads of heads, and a read of pages only for rooms that are behind, four at a time', async () => {
  const { reportGaps, rooms, memory, client, calls } = await crowdedNode();
  reportGaps();
  await eventually(() => {
    expect(calls.heads).toBe(2);
  });
  const behind = rooms.slice(0, 50);
  for (const room of behind) await memory.append(room, { user: 'bart', key: newKey(), text: 'lost' });
  reportGaps();
  await eventually(() => {
    expect(client.received('message')).toHaveLength(50);
  });
  expect(calls).toMatchObject({ heads: 4, reads: 50 });
  expect(calls.most).toBeLessThanOrEqual(4);
});

test('repeats a check that failed, and delivers everything once', async () => {
  const { reportGaps, memory, client, calls, failing, node } = await crowdedNode(3);
  await memory.append('room-1', { user: 'bart', key: newKey(), text: 'lost' });
  failing.heads = 2;
  reportGaps();
  await eventually(() => {
    expect(client.received('message')).toHaveLength(1);
  });
  expect(calls.heads).toBe(3);
  expect(node.log.lines).toEqual(Array.from({ length: 2 }, () => 'error the heads of rooms could not be read'));
});

test('a message whose node died between the commit and the publication reaches the others when the client sends it again', async () => {
  const store = new MemoryBusStore();
  const history = createMemoryHistory({ rooms: ['general'] });
  const dyingBus = createMemoryBus({ store });
  let isDead = false;
  const dying = newNode({
    history,
    bus: {
      ...dyingBus,
      publish: (topic, payload) => {
        if (!isDead) dyingBus.publish(topic, payload);
      },
    },
  });
  const [second, third] = [
    newNode({ history, bus: createMemoryBus({ store }), headCheckMs: 0 }),
    newNode({ history, bus: createMemoryBus({ store }), headCheckMs: 0 }),
  ];
  const [maggie, again, bart] = [dying.connect('maggie'), second.connect('maggie'), third.connect('bart')];
  for (const client of [maggie, again, bart]) await client.request('join', { room: 'general' });
  const message = { room: 'general', key: newKey(), text: 'once' };
  isDead = true;
  await maggie.request('send', message);
  expect(liveSeqs(bart)).toEqual([]);
  expect(await again.request('send', message)).toMatchObject({ data: { seq: 1 } });
  for (const client of [again, bart]) expect(liveSeqs(client)).toEqual([1]);
  await again.request('send', message);
  await sendAll(again, 'general', ['next']);
  for (const client of [again, bart]) expect(liveSeqs(client)).toEqual(range(1, 2));
});

test('stop ends every subscription and timer of the rooms', async () => {
  const inner = createMemoryBus();
  let subscriptions = 0;
  const bus: Bus = {
    ...inner,
    subscribe: (topic, receiver) => {
      const end = inner.subscribe(topic, receiver);
      subscriptions++;
      let isOpen = true;
      return () => {
        if (isOpen) subscriptions--;
        isOpen = false;
        end();
      };
    },
  };
  const { connect, rooms, connections } = newNode({ bus });
  await connect().request('join', { room: 'general' });
  expect(subscriptions).toBeGreaterThan(3);
  connections.stop();
  await rooms.stop();
  expect(subscriptions).toBe(0);
});
