import { expect, test, vi } from 'vitest';
import type { Bus } from '../bus/bus.ts';
import type { History } from './history.ts';
import { createMemoryBus } from '../bus/memory-bus.ts';
import { createMemoryHistory } from './memory-history.ts';
import { liveSeqs, newKey, newNode, range, sendAll } from '../testing/new-node.ts';
import { eventually } from '../testing/eventually.ts';

/** A bus that handles each payload of a room as `fate` decides. */
function fateful(fate: (deliver: () => void, payload: string) => void) {
  const bus = createMemoryBus();
  const missed = new Set<() => void>();
  const faulty: Bus = {
    publish: (topic, payload) => {
      const deliver = (): void => {
        bus.publish(topic, payload);
      };
      if (topic.startsWith('room:')) fate(deliver, payload);
      else deliver();
    },
    close: () => undefined,
    subscribe: (topic, subscriber) => {
      if (subscriber.gap !== undefined) missed.add(subscriber.gap);
      return bus.subscribe(topic, subscriber);
    },
  };
  const back = () => {
    for (const tell of missed) tell();
  };
  return { bus: faulty, inner: bus, back };
}

async function twoNodes(bus: Bus, history: History = createMemoryHistory({ rooms: ['general'] })) {
  const here = newNode({ bus, history, gapTimeoutMs: 1 });
  const there = newNode({ bus, history, gapTimeoutMs: 1 });
  const maggie = here.connect('maggie');
  const bart = there.connect('bart');
  await maggie.request('join', { room: 'general' });
  await bart.request('join', { room: 'general' });
  return { here, there, maggie, bart, history };
}

test('delivers every message in order to members on every node', async () => {
  const { maggie, bart } = await twoNodes(createMemoryBus());
  await Promise.all([sendAll(maggie, 'general', ['a', 'b', 'c']), sendAll(bart, 'general', ['d', 'e', 'f'])]);
  expect(liveSeqs(maggie)).toEqual(range(1, 6));
  expect(liveSeqs(bart)).toEqual(range(1, 6));
});

test('reorders messages that the bus delivers out of order, without reading the history', async () => {
  const held: (() => void)[] = [];
  const { bus } = fateful((deliver) => held.push(deliver));
  const memory = createMemoryHistory({ rooms: ['general'] });
  const here = newNode({ bus, history: memory, gapTimeoutMs: 60_000 });
  const maggie = here.connect();
  await maggie.request('join', { room: 'general' });
  const read = vi.spyOn(memory, 'read');
  await sendAll(maggie, 'general', ['a', 'b', 'c', 'd']);
  for (const index of [2, 1, 3, 0]) held[index]?.();
  expect(liveSeqs(maggie)).toEqual([1, 2, 3, 4]);
  expect(read).not.toHaveBeenCalled();
});

test('delivers a message once that the bus delivers twice', async () => {
  const { bus } = fateful((deliver) => {
    deliver();
    deliver();
  });
  const { maggie, bart } = await twoNodes(bus);
  await sendAll(maggie, 'general', ['a', 'b']);
  expect([liveSeqs(maggie), liveSeqs(bart)]).toEqual([
    [1, 2],
    [1, 2],
  ]);
});

test('fills a gap from the history', async () => {
  let lose = false;
  const { bus } = fateful((deliver) => {
    if (!lose) deliver();
  });
  const { maggie, bart } = await twoNodes(bus);
  lose = true;
  await sendAll(maggie, 'general', ['lost', 'lost too']);
  lose = false;
  await sendAll(maggie, 'general', ['heard']);
  await bart.waitFor(({ seq }) => seq === 3);
  expect(liveSeqs(bart)).toEqual([1, 2, 3]);
  expect(bart.received('message').map(({ text }) => text)).toEqual(['lost', 'lost too', 'heard']);
  await maggie.waitFor(({ seq }) => seq === 3);
  expect(liveSeqs(maggie)).toEqual([1, 2, 3]);
});

test('fills a gap that is larger than a page', async () => {
  let lose = true;
  const { bus } = fateful((deliver) => {
    if (!lose) deliver();
  });
  const { bart, history } = await twoNodes(bus);
  for (const seq of range(1, 650)) await history.append('general', { user: 'lisa', key: newKey(), text: `${seq}` });
  lose = false;
  await sendAll(bart, 'general', ['heard']);
  await bart.waitFor(({ type, seq }) => type === 'message' && seq === 651);
  expect(liveSeqs(bart)).toEqual(range(1, 651));
});

test('delivers to members on the node of the sender while the bus is unavailable', async () => {
  const { bus } = fateful(() => undefined);
  const { maggie } = await twoNodes(bus);
  await sendAll(maggie, 'general', ['a']);
  await maggie.waitFor(({ type }) => type === 'message');
  expect(liveSeqs(maggie)).toEqual([1]);
});

test('replies to the sender when the bus throws', async () => {
  const { bus } = fateful(() => {
    throw new Error('bus away');
  });
  const { maggie, here } = await twoNodes(bus);
  expect((await maggie.request('send', { room: 'general', key: newKey(), text: 'a' })).type).toBe('reply');
  await maggie.waitFor(({ type }) => type === 'message');
  expect(here.log.lines).toEqual(['error a message could not be published']);
});

test('reads missed messages when the bus is available again, even without new messages', async () => {
  const { bus, back } = fateful(() => undefined);
  const { maggie, bart } = await twoNodes(bus);
  await sendAll(maggie, 'general', ['a', 'b']);
  expect(liveSeqs(bart)).toEqual([]);
  back();
  await bart.waitFor(({ seq }) => seq === 2);
  expect(liveSeqs(bart)).toEqual([1, 2]);
});

test('delivers a message whose node died before it was published, when the sender retries with the same key', async () => {
  const { bart, history } = await twoNodes(createMemoryBus());
  const key = newKey();
  await history.append('general', { user: 'bart', key, text: 'nearly lost' });
  const reply = await bart.request('send', { room: 'general', key, text: 'nearly lost' });
  expect(reply['data']).toMatchObject({ seq: 1 });
  await bart.waitFor(({ type }) => type === 'message');
  expect(liveSeqs(bart)).toEqual([1]);
});

test('retries when the history fails while a gap is filled', async () => {
  const memory = createMemoryHistory({ rooms: ['general'] });
  let failures = 0;
  let failing = false;
  const history: History = {
    heads: memory.heads.bind(memory),
    append: memory.append.bind(memory),
    read: (room, pages) => {
      if (!failing || failures === 3) return memory.read(room, pages);
      failures++;
      return Promise.reject(new Error('away'));
    },
  };
  const { bus } = fateful(() => undefined);
  const { maggie, here } = await twoNodes(bus, history);
  failing = true;
  await sendAll(maggie, 'general', ['a']);
  await maggie.waitFor(({ type }) => type === 'message');
  expect(failures).toBe(3);
  expect(here.log.lines).toEqual(Array.from({ length: 3 }, () => 'error a gap could not be filled from the history'));
});

test('continues after a message that the history does not contain', async () => {
  const { bus, inner } = fateful((deliver) => {
    deliver();
  });
  const { here, bart, maggie, history } = await twoNodes(bus);
  const { epoch } = await history.read('general', { limit: 1 });
  inner.publish('room:general', `7 ${epoch} {"type":"message","room":"general","seq":7,"text":"invented"}`);
  await eventually(() => {
    expect(here.log.lines).toEqual(['warn the bus announced a message that the history does not contain']);
  });
  await sendAll(maggie, 'general', range(1, 9).map(String));
  await bart.waitFor(({ seq }) => seq === 9);
  expect(liveSeqs(bart)).toEqual(range(1, 9));
});

test.each(['', 'nonsense', '1', '1 epoch', '0 e {}', '-1 e {}', '1.5 e {}', 'x e {}'])(
  'logs and ignores the invalid bus payload %j',
  async (payload) => {
    const bus = createMemoryBus();
    const { maggie, here } = await twoNodes(bus);
    bus.publish('room:general', payload);
    await sendAll(maggie, 'general', ['a']);
    expect(liveSeqs(maggie)).toEqual([1]);
    expect(here.log.lines).toEqual(['warn invalid message payload on the bus']);
  },
);

test('closes members with try_again_later when the history has a new epoch', async () => {
  let current = createMemoryHistory({ rooms: ['general'] });
  const history: History = {
    append: (room, entry) => current.append(room, entry),
    heads: (rooms) => current.heads(rooms),
    read: (room, pages) => current.read(room, pages),
  };
  const { maggie, bart, there } = await twoNodes(createMemoryBus(), history);
  await sendAll(maggie, 'general', ['a', 'b']);
  current = createMemoryHistory({ rooms: ['general'] });
  await current.append('general', { user: 'lisa', key: newKey(), text: 'restored' });
  const lisa = there.connect('lisa');
  expect((await lisa.request('join', { room: 'general', after: 2 }))['data']).toMatchObject({
    recovery: 'gap',
    seq: 1,
  });
  expect(bart.closedWith?.code).toBe(1013);
  await sendAll(lisa, 'general', ['c']);
  expect(liveSeqs(lisa)).toEqual([2]);
});

test('unsubscribes a room without members on the node', async () => {
  const inner = createMemoryBus();
  let subscriptions = 0;
  const bus: Bus = {
    publish: inner.publish.bind(inner),
    close: () => undefined,
    subscribe: (topic, subscriber) => {
      const end = inner.subscribe(topic, subscriber);
      if (!topic.endsWith(':general')) return end;
      subscriptions++;
      return () => {
        subscriptions--;
        end();
      };
    },
  };
  const { maggie, bart } = await twoNodes(bus);
  expect(subscriptions).toBeGreaterThan(0);
  await maggie.request('leave', { room: 'general' });
  bart.disconnect();
  expect(subscriptions).toBe(0);
});

test('does not subscribe to a room that the user may not join', async () => {
  const topics: string[] = [];
  const subscribe: Bus['subscribe'] = (topic) => {
    topics.push(topic);
    return () => undefined;
  };
  const { connect } = newNode({
    bus: { publish: () => undefined, subscribe, close: () => undefined },
    authorize: () => 'not_found',
  });
  await connect().request('join', { room: 'general' });
  expect(topics.filter((topic) => topic.endsWith(':general'))).toEqual([]);
});

test('closes members with try_again_later when the history has deleted their missing messages', async () => {
  let lose = true;
  const { bus } = fateful((deliver) => {
    if (!lose) deliver();
  });
  const history = createMemoryHistory({ rooms: ['general'], keep: 100 });
  const { maggie, bart } = await twoNodes(bus, history);
  for (const seq of range(1, 300)) await history.append('general', { user: 'lisa', key: newKey(), text: `${seq}` });
  lose = false;
  await sendAll(maggie, 'general', ['heard']);
  await eventually(() => {
    expect([maggie.closedWith?.code, bart.closedWith?.code]).toEqual([1013, 1013]);
  });
  expect([liveSeqs(maggie), liveSeqs(bart)]).toEqual([[], []]);
});

test('does not make a client that reads a slow consumer during a long recovery', async () => {
  const { bus, back } = fateful(() => undefined);
  const { bart, history } = await twoNodes(bus);
  const send = bart.send.bind(bart);
  // The client reads the buffered data once per turn of the event loop.
  bart.send = (frame) => {
    if (bart.bufferedBytes === 0) {
      setImmediate(() => {
        bart.bufferedBytes = 0;
      });
    }
    bart.bufferedBytes += frame.bytes.length;
    send(frame);
  };
  for (const seq of range(1, 600)) {
    await history.append('general', { user: 'lisa', key: newKey(), text: `${seq} `.padEnd(4_000, 'x') });
  }
  back();
  await bart.waitFor(({ type, seq }) => type === 'message' && seq === 600);
  expect(liveSeqs(bart)).toEqual(range(1, 600));
  expect(bart.closedWith).toBeUndefined();
});
