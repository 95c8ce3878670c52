import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createMemoryBus, MemoryBusStore } from '../bus/memory-bus.ts';
import { createMemoryPresence } from '../presence/memory-presence.ts';
import { liveSeqs, newKey, newLog, newNode, quiet, sendAll } from '../testing/new-node.ts';
import { eventually } from '../testing/eventually.ts';
import type { History, RoomHead } from './history.ts';
import { createMemoryHistory } from './memory-history.ts';
import { ResyncScheduler } from './resync.ts';

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
});

test('the periodic head check finds the last message that the bus lost, and delivers it once', async () => {
  const store = new MemoryBusStore();
  const history = createMemoryHistory({ rooms: ['general'] });
  const [busHere, busThere] = [createMemoryBus({ store }), createMemoryBus({ store })];
  const here = newNode({ bus: busHere, history, presence: createMemoryPresence() });
  // This bus loses a message without ever reporting a gap.
  let lose = false;
  const there = newNode({
    history,
    presence: createMemoryPresence(),
    headCheckMs: 10_000,
    bus: {
      publish: busThere.publish.bind(busThere),
      close: () => undefined,
      subscribe: (topic, { message }) =>
        busThere.subscribe(topic, {
          message: (payload) => {
            if (!lose) message(payload);
          },
        }),
    },
  });
  const [maggie, bart] = [here.connect('maggie'), there.connect('bart')];
  for (const client of [maggie, bart]) await client.request('join', { room: 'general' });
  await sendAll(maggie, 'general', ['heard']);
  lose = true;
  await sendAll(maggie, 'general', ['lost']);
  lose = false;
  expect(liveSeqs(bart)).toEqual([1]);
  await vi.advanceTimersByTimeAsync(13_000);
  expect(liveSeqs(bart)).toEqual([1, 2]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(liveSeqs(bart)).toEqual([1, 2]);
});

test('300 rooms with a gap at once cause few concurrent reads and at most two reads per room', async () => {
  vi.useRealTimers();
  const rooms = Array.from({ length: 300 }, (_, index) => `room-${index}`);
  const memory = createMemoryHistory({ rooms });
  const reads = new Map<string, number>();
  const calls = { now: 0, most: 0, heads: [] as number[] };
  async function counted<T>(work: () => Promise<T>): Promise<T> {
    calls.most = Math.max(calls.most, ++calls.now);
    await quiet();
    calls.now--;
    return work();
  }
  let counting = false;
  const history: History = {
    append: memory.append.bind(memory),
    read: (room, range) => {
      if (!counting) return memory.read(room, range);
      reads.set(room, (reads.get(room) ?? 0) + 1);
      return counted(() => memory.read(room, range));
    },
    heads: (names) => {
      calls.heads.push(names.length);
      return counted(() => memory.heads(names));
    },
  };
  const bus = createMemoryBus();
  const { connect } = newNode({ bus, history, limits: { rooms: 300 }, headCheckMs: 600_000 });
  const maggie = connect();
  for (const room of rooms) await maggie.request('join', { room });
  const restore = bus.interrupt();
  for (const room of rooms) await memory.append(room, { user: 'bart', key: newKey(), text: 'lost' });
  counting = true;
  restore();
  await eventually(() => {
    expect(maggie.received('message')).toHaveLength(300);
  });
  await quiet();
  expect(calls.heads).toEqual([200, 100]);
  expect(calls.most).toBeLessThanOrEqual(4);
  expect(Math.max(...reads.values())).toBeLessThanOrEqual(2);
});

describe('the resync scheduler', () => {
  const head: RoomHead = { epoch: 'e', seq: 1 };

  function scheduler(heads: History['heads'], headCheckMs = 30_000) {
    const log = newLog();
    const resync = new ResyncScheduler({ history: { heads }, headCheckMs, log, random: () => 0.5 });
    onTestFinished(() => {
      resync.stop();
    });
    const room = { name: 'general', headRead: vi.fn<(head: RoomHead) => void>() };
    resync.add(room);
    return { resync, room, log };
  }

  test('coalesces checks of one room', async () => {
    const heads = vi.fn<History['heads']>(() => Promise.resolve(new Map([['general', head]])));
    const { resync, room } = scheduler(heads);
    for (let check = 0; check < 10; check++) resync.check(room);
    await vi.advanceTimersByTimeAsync(100);
    expect(heads).toHaveBeenCalledExactlyOnceWith(['general']);
    expect(room.headRead).toHaveBeenCalledExactlyOnceWith(head);
  });

  test('waits longer after each error of the store, and recovers', async () => {
    let failing = true;
    const heads = vi.fn<History['heads']>(() =>
      failing ? Promise.reject(new Error('away')) : Promise.resolve(new Map([['general', head]])),
    );
    const { resync, room, log } = scheduler(heads, 3_600_000);
    resync.check(room);
    await vi.advanceTimersByTimeAsync(60_000);
    // Without a growing delay there would be hundreds of calls.
    expect(heads.mock.calls.length).toBeLessThan(30);
    expect(log.lines).toEqual(
      Array(heads.mock.calls.length).fill('error the heads of rooms could not be read from the history'),
    );
    failing = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(room.headRead).toHaveBeenCalledExactlyOnceWith(head);
  });

  test('checks no room that was removed, and leaves no timer without rooms', async () => {
    const heads = vi.fn<History['heads']>(() => Promise.resolve(new Map([['general', head]])));
    const { resync, room } = scheduler(heads);
    resync.check(room);
    resync.remove(room);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(heads).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});
