import { expect, test, vi } from 'vitest';
import type { Appended, History } from './history.ts';
import { createMemoryBus, MemoryBusStore } from '../bus/memory-bus.ts';
import { createMemoryPresence } from '../presence/memory-presence.ts';
import { createMemoryHistory } from './memory-history.ts';
import { liveSeqs, newKey, newNode, quiet, sendAll } from '../testing/new-node.ts';
import { eventually } from '../testing/eventually.ts';

async function room(...users: string[]) {
  const node = newNode();
  const clients = [];
  for (const user of users) {
    const client = node.connect(user);
    await client.request('join', { room: 'general' });
    clients.push(client);
  }
  const [maggie, bart] = clients;
  if (maggie === undefined) throw new Error('a room needs a member');
  return { ...node, clients, maggie, bart };
}

test('replies with the sequence number and sends the message to every member, including the sender', async () => {
  const { clients, maggie } = await room('maggie', 'bart', 'lisa');
  const reply = await maggie.request('send', { room: 'general', key: newKey(), text: 'Hello' });
  const { seq, at } = reply['data'] as { seq: number; at: number };
  expect(seq).toBe(1);
  for (const client of clients) {
    const [message] = client.received('message');
    expect(message).toEqual({
      type: 'message',
      room: 'general',
      seq: 1,
      id: message?.['id'],
      from: 'maggie',
      text: 'Hello',
      at,
    });
  }
});

test('encodes a message once: all members receive the same frame', async () => {
  const { clients, maggie } = await room('maggie', 'bart', 'lisa');
  await sendAll(maggie, 'general', ['Hello']);
  const frames = new Set(clients.map(({ raw }) => raw.find(({ text }) => text.includes('"message"'))));
  expect(frames.size).toBe(1);
});

test('sends the key to no client', async () => {
  const { clients, maggie } = await room('maggie', 'bart');
  const key = newKey();
  await maggie.request('send', { room: 'general', key, text: 'Hello' });
  expect(JSON.stringify(clients.map(({ frames }) => frames))).not.toContain(key);
});

test('sends nothing before the message is durable', async () => {
  const memory = createMemoryHistory({ rooms: ['general'] });
  const durable = Promise.withResolvers<undefined>();
  const history: History = {
    heads: memory.heads.bind(memory),
    read: memory.read.bind(memory),
    append: async (name, entry) => {
      const appended = await memory.append(name, entry);
      await durable.promise;
      return appended;
    },
  };
  const node = newNode({ history });
  const client = node.connect();
  await client.request('join', { room: 'general' });
  const sending = client.request('send', { room: 'general', key: newKey(), text: 'Hello' });
  await client.request('ping');
  expect(client.received('message')).toEqual([]);
  expect(client.received('reply').map(({ id }) => id)).toEqual([1, 3]);
  durable.resolve(undefined);
  expect((await sending)['data']).toMatchObject({ seq: 1 });
  expect(liveSeqs(client)).toEqual([1]);
});

test('sends nothing when the append fails', async () => {
  const memory = createMemoryHistory({ rooms: ['general'] });
  const history: History = {
    heads: memory.heads.bind(memory),
    read: memory.read.bind(memory),
    append: () => Promise.reject(new Error('disk full at /var/lib')),
  };
  const node = newNode({ history });
  const client = node.connect();
  await client.request('join', { room: 'general' });
  const reply = await client.request('send', { room: 'general', key: newKey(), text: 'Hello' });
  expect(reply).toEqual({ type: 'error', id: 2, code: 'internal', message: 'internal error' });
  expect(client.received('message')).toEqual([]);
});

test('replies to a repeated key with the first result and appends nothing', async () => {
  const { maggie, clients, connect } = await room('maggie', 'bart');
  const key = newKey();
  const first = await maggie.request('send', { room: 'general', key, text: 'Hello' });
  const again = await maggie.request('send', { room: 'general', key: key.toUpperCase(), text: 'Hello' });
  expect(again['data']).toEqual(first['data']);
  const reconnected = connect('maggie');
  await reconnected.request('join', { room: 'general' });
  const third = await reconnected.request('send', { room: 'general', key, text: 'Hello' });
  expect(third['data']).toEqual(first['data']);
  expect(clients.map((client) => liveSeqs(client))).toEqual([[1], [1]]);
  expect(liveSeqs(reconnected)).toEqual([]);
});

test('accepts the same key of another user as another message', async () => {
  const { maggie, bart } = await room('maggie', 'bart');
  const key = newKey();
  await maggie.request('send', { room: 'general', key, text: 'mine' });
  await bart?.request('send', { room: 'general', key, text: 'mine' });
  expect(maggie.received('message').map(({ from }) => from)).toEqual(['maggie', 'bart']);
});

test('keeps the messages of one connection in order, however long each authorization takes', async () => {
  const waiting: (() => void)[] = [];
  const node = newNode({
    authorize: (_, __, action) =>
      action === 'send'
        ? new Promise((resolve) => {
            waiting.push(() => {
              resolve('allowed');
            });
          })
        : 'allowed',
  });
  const client = node.connect();
  await client.request('join', { room: 'general' });
  const texts = ['a', 'b', 'c', 'd'];
  const sending = Promise.all(texts.map((text) => client.request('send', { room: 'general', key: newKey(), text })));
  expect(waiting).toHaveLength(4);
  for (const go of waiting.toReversed()) go();
  await sending;
  expect(client.received('message').map(({ text }) => text)).toEqual(texts);
});

test('rejects sends of a connection that has not joined', async () => {
  const { connect, history } = await room('maggie');
  const stranger = connect('bart');
  const reply = await stranger.request('send', { room: 'general', key: newKey(), text: 'Hello' });
  expect(reply).toMatchObject({ type: 'error', code: 'not_joined' });
  expect((await history.read('general', { limit: 1 })).seq).toBe(0);
});

test('accepts 1 to 4,000 characters, counted in code points', async () => {
  const { maggie } = await room('maggie');
  const send = async (text: string) => {
    const { code, type } = await maggie.request('send', { room: 'general', key: newKey(), text });
    return code ?? type;
  };
  expect(await send('')).toBe('too_long');
  expect(await send('x')).toBe('reply');
  expect(await send('x'.repeat(4_000))).toBe('reply');
  expect(await send('x'.repeat(4_001))).toBe('too_long');
  expect(await send('🙂'.repeat(4_000))).toBe('reply');
  expect(await send('🙂'.repeat(4_000) + 'x')).toBe('too_long');
  expect(await send('x'.repeat(8_001))).toBe('too_long');
});

test('replaces lone surrogates before the message is stored', async () => {
  const { maggie } = await room('maggie');
  maggie.sendFrame(`{"id":99,"type":"send","room":"general","key":"${newKey()}","text":"broken \\ud83d"}`);
  await maggie.waitFor(({ type }) => type === 'message');
  expect(maggie.received('message')[0]?.['text']).toBe('broken \ufffd');
});

test('appends and publishes a message to a room without members', async () => {
  const memory = createMemoryHistory({ rooms: ['general'] });
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const begun = Promise.withResolvers<undefined>();
  const appended = vi.fn();
  const history: History = {
    heads: memory.heads.bind(memory),
    read: memory.read.bind(memory),
    append: async (name, entry): Promise<Appended> => {
      begun.resolve(undefined);
      await promise;
      return memory.append(name, entry);
    },
  };
  const node = newNode({ history, observer: { appended } });
  const client = node.connect();
  await client.request('join', { room: 'general' });
  void client.request('send', { room: 'general', key: newKey(), text: 'goodbye' });
  await begun.promise;
  client.disconnect();
  expect(node.rooms.list()).toEqual([]);
  resolve(undefined);
  await eventually(() => {
    expect(appended).toHaveBeenCalledExactlyOnceWith('general', expect.any(Number));
  });
  expect((await memory.read('general', { limit: 1 })).seq).toBe(1);
});

test('reports appends and deliveries to the observer', async () => {
  const observer = { appended: vi.fn(), delivered: vi.fn() };
  const node = newNode({ observer });
  for (const user of ['maggie', 'bart']) await node.connect(user).request('join', { room: 'general' });
  const lisa = node.connect('lisa');
  await lisa.request('join', { room: 'general' });
  await sendAll(lisa, 'general', ['a']);
  expect(observer.appended.mock.calls).toEqual([['general', expect.any(Number)]]);
  expect(observer.delivered.mock.calls).toEqual([['general', 3, expect.any(Number)]]);
});

test('measures the delivery only on the node that appended the message', async () => {
  const store = new MemoryBusStore();
  const history = createMemoryHistory({ rooms: ['general'] });
  const [here, there] = [{ delivered: vi.fn() }, { delivered: vi.fn() }];
  const presence = createMemoryPresence();
  const a = newNode({ bus: createMemoryBus({ store }), history, presence, observer: here });
  const b = newNode({ bus: createMemoryBus({ store }), history, presence, observer: there });
  const [maggie, bart] = [a.connect('maggie'), b.connect('bart')];
  for (const client of [maggie, bart]) await client.request('join', { room: 'general' });
  await sendAll(maggie, 'general', ['a', 'b']);
  await expect.poll(() => there.delivered.mock.calls.length).toBe(2);
  expect(here.delivered.mock.calls.map(([, , ms]) => typeof ms)).toEqual(['number', 'number']);
  expect(there.delivered.mock.calls.map(([, , ms]) => typeof ms)).toEqual(['undefined', 'undefined']);
});

test('delivers a message once on a third node when its node died before the publish and the client retries elsewhere', async () => {
  const store = new MemoryBusStore();
  const buses = [1, 2, 3].map(() => createMemoryBus({ store }));
  const history = createMemoryHistory({ rooms: ['general'] });
  const [a, b, c] = buses.map((bus) => newNode({ bus, history, presence: createMemoryPresence() }));
  const [onA, onB, onC] = [a?.connect('maggie'), b?.connect('maggie'), c?.connect('bart')];
  for (const client of [onA, onB, onC]) await client?.request('join', { room: 'general' });
  const sent = { room: 'general', key: newKey(), text: 'nearly lost' };
  // Node A commits, but nothing that it publishes leaves the node.
  await buses[0]?.close();
  await onA?.request('send', sent);
  onA?.disconnect();
  expect(onC && liveSeqs(onC)).toEqual([]);
  const [first, second] = [await onB?.request('send', sent), await onB?.request('send', sent)];
  expect([first?.['data'], second?.['data']]).toMatchObject([{ seq: 1 }, { seq: 1 }]);
  await onC?.waitFor(({ type }) => type === 'message');
  await quiet();
  expect([onB && liveSeqs(onB), onC && liveSeqs(onC)]).toEqual([[1], [1]]);
});
