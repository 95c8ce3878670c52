import { compileProtocol, defineProtocol } from '@usher/protocol/server';
import { Type } from 'typebox';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createConnections } from './connections.ts';
import type { ConnectionsOptions } from './connections-types.ts';
import { RequestError } from '../support/errors.ts';
import { createFakeSocket } from '../testing/fake-socket.ts';
import { newLog } from '../testing/new-node.ts';

/** A protocol without rooms. */
const shop = defineProtocol({
  name: 'shop.v1',
  requests: {
    order: { params: Type.Object({ item: Type.String() }), reply: Type.Object({ number: Type.Integer() }) },
    stock: { params: Type.Object({ item: Type.String() }), reply: Type.Unknown() },
    unserved: { params: Type.Object({}), reply: Type.Object({}) },
  },
  signals: { look: Type.Object({ at: Type.String() }), unheard: Type.Object({}) },
  events: { price: Type.Object({ item: Type.String(), price: Type.Number() }) },
  errors: ['sold_out'],
});
const codec = compileProtocol(shop);

function newShop(options: Partial<ConnectionsOptions<typeof shop>> = {}) {
  const log = newLog();
  const connections = createConnections({ log, ...options, codec });
  onTestFinished(() => {
    connections.stop();
  });
  function connect(user = 'maggie', session = `session of ${user}`) {
    const client = createFakeSocket();
    const { connection, listener } = connections.open(client, { user, session, roles: ['buyer'] });
    client.listener = listener;
    return Object.assign(client, { connection });
  }
  return { connections, connect, log };
}

test('sends welcome as the first frame, with the identity and the limits', () => {
  const { connect } = newShop({ now: () => 1_000_000_500, heartbeatMs: 7_000, leaseMs: 60_000 });
  const client = connect();
  expect(client.frames).toEqual([
    {
      type: 'welcome',
      connection: client.connection.id,
      user: 'maggie',
      roles: ['buyer'],
      heartbeatMs: 7_000,
      lease: 1_000_061,
      limits: { frameBytes: 65_536, textChars: 4_000, rooms: 128, sendsPerSecond: 20 },
    },
  ]);
  expect(JSON.stringify(client.frames)).not.toContain('session');
});

test('replies to requests of a custom protocol with the value or promise that the handler returns', async () => {
  const { connections, connect } = newShop();
  connections.handle('order', ({ item }) => ({ number: item.length }));
  connections.handle('stock', async ({ item }, connection) => Promise.resolve([item, connection.identity.user]));
  const client = connect();
  expect(await client.request('order', { item: 'tea' })).toEqual({ type: 'reply', id: 1, data: { number: 3 } });
  expect(await client.request('stock', { item: 'tea' })).toEqual({ type: 'reply', id: 2, data: ['tea', 'maggie'] });
  expect(await client.request('ping')).toEqual({ type: 'reply', id: 3, data: {} });
});

test('replies to a RequestError with its code, message and retry time', async () => {
  const { connections, connect, log } = newShop();
  connections.handle('order', () => {
    throw new RequestError('sold_out', 'no tea today', { retryAfterMs: 250 });
  });
  connections.handle('stock', () => Promise.reject(new RequestError('forbidden')));
  const client = connect();
  expect(await client.request('order', { item: 'tea' })).toEqual({
    type: 'error',
    id: 1,
    code: 'sold_out',
    message: 'no tea today',
    retryAfterMs: 250,
  });
  expect(await client.request('stock', { item: 'tea' })).toEqual({
    type: 'error',
    id: 2,
    code: 'forbidden',
    message: 'forbidden',
  });
  expect(log.lines).toEqual([]);
});

test.each([
  ['rejects', () => Promise.reject(new Error('the database password is hunter2'))],
  [
    'throws synchronously',
    () => {
      throw new Error('the database password is hunter2');
    },
  ],
  ['returns a value that JSON cannot represent', () => ({ price: 1n })],
])('sends internal, logs the error and stays open when a handler %s', async (_, handler) => {
  const { connections, connect, log } = newShop();
  connections.handle('stock', handler);
  const client = connect();
  const reply = await client.request('stock', { item: 'tea' });
  expect(reply).toEqual({ type: 'error', id: 1, code: 'internal', message: 'internal error' });
  expect(log.lines).toEqual(['error a request handler threw an unexpected error']);
  expect((await client.request('ping')).type).toBe('reply');
  expect(client.connection.inFlight).toBe(0);
});

test('sends exactly one response per request, whatever the handler does', async () => {
  const { connections, connect } = newShop();
  connections.handle('order', (_, __, call) => {
    call.reply({ number: 1 });
    call.reply({ number: 2 });
    throw new RequestError('sold_out');
  });
  const client = connect();
  await client.request('order', { item: 'tea' });
  await client.request('ping');
  expect(client.frames.slice(1)).toEqual([
    { type: 'reply', id: 1, data: { number: 1 } },
    { type: 'reply', id: 2, data: {} },
  ]);
});

test('sends call.reply before the frames that the handler sends afterwards', async () => {
  const { connections, connect } = newShop();
  connections.handle('order', async (_, connection, call) => {
    await Promise.resolve();
    const replied = call.reply({ number: 1 });
    connections.emit(connection, { type: 'price', item: 'tea', price: 2 });
    return replied;
  });
  const client = connect();
  await client.request('order', { item: 'tea' });
  await client.waitFor(({ type }) => type === 'price');
  expect(client.frames.map(({ type }) => type)).toEqual(['welcome', 'reply', 'price']);
});

test('rejects a handler result that belongs to another request', async () => {
  const { connections, connect } = newShop();
  let stolen: unknown;
  connections.handle('order', (_, __, call) => {
    const replied = call.reply({ number: 1 });
    stolen = replied;
    return replied;
  });
  connections.handle('stock', () => stolen);
  const client = connect();
  await client.request('order', { item: 'tea' });
  expect(await client.request('stock', { item: 'tea' })).toMatchObject({ type: 'error', id: 2, code: 'internal' });
});

test('calls handlers in the order of the frames', () => {
  const { connections, connect } = newShop();
  const called: string[] = [];
  connections.handle('order', async ({ item }) => {
    called.push(item);
    await Promise.resolve();
    return { number: 0 };
  });
  const client = connect();
  for (const item of ['a', 'b', 'c']) void client.request('order', { item });
  expect(called).toEqual(['a', 'b', 'c']);
});

test('passes signals to their handlers without a response and survives handler errors', async () => {
  const { connections, connect, log } = newShop();
  const seen: string[] = [];
  connections.on('look', ({ at }, { identity }) => {
    seen.push(`${identity.user} ${at}`);
    if (at === 'nothing') throw new Error('nothing there');
  });
  const client = connect();
  client.sendFrame({ type: 'look', at: 'tea' });
  client.sendFrame({ type: 'look', at: 'nothing' });
  await client.request('ping');
  expect(seen).toEqual(['maggie tea', 'maggie nothing']);
  expect(client.frames.map(({ type }) => type)).toEqual(['welcome', 'reply']);
  expect(log.lines).toEqual(['error a signal handler threw']);
});

test('sends unknown_type for types without a handler and types outside the protocol', () => {
  const { connect } = newShop();
  const client = connect();
  client.sendFrame({ type: 'unserved', id: 1 });
  client.sendFrame({ type: 'typing', id: 2 });
  client.sendFrame({ type: 'unheard' });
  client.sendFrame({ type: 'presence' });
  expect(client.received('error').map(({ code, id }) => [code, id])).toEqual([
    ['unknown_type', 1],
    ['unknown_type', 2],
    ['unknown_type', undefined],
    ['unknown_type', undefined],
  ]);
});

test('throws when a type is registered twice or is not part of the protocol', () => {
  const { connections } = newShop();
  connections.handle('order', () => ({ number: 1 }));
  connections.on('look', () => undefined);
  expect(() => {
    connections.handle('order', () => ({ number: 2 }));
  }).toThrow(TypeError);
  expect(() => {
    connections.handle('ping', () => ({}));
  }).toThrow(TypeError);
  expect(() => {
    connections.handle('toString' as 'order', () => ({ number: 2 }));
  }).toThrow(TypeError);
  expect(() => {
    connections.on('look', () => undefined);
  }).toThrow(TypeError);
  expect(() => {
    connections.on('typing' as 'look', () => undefined);
  }).toThrow(TypeError);
});

test('encodes an event for many connections once and sends all of them the same frame', () => {
  const { connections, connect } = newShop();
  const clients = [connect('maggie'), connect('bart')];
  const frame = connections.encode({ type: 'price', item: 'tea', price: 2 });
  for (const { connection } of clients) connection.send(frame);
  expect(clients.map(({ raw }) => raw.at(-1))).toEqual([frame, frame]);
  expect(clients[0]?.raw.at(-1)).toBe(clients[1]?.raw.at(-1));
  expect(clients[1]?.frames.at(-1)).toEqual({ type: 'price', item: 'tea', price: 2 });
});

test('calls onClosed once, as soon as the connection is no longer served, whichever side closed it', () => {
  const onClosed = vi.fn();
  const { connections, connect, log } = newShop({ onClosed });
  const later = vi.fn();
  connections.onClosed(() => {
    throw new Error('a listener that fails');
  });
  const end = connections.onClosed(later);
  const leaving = connect('maggie');
  const closed = connect('bart');
  leaving.disconnect(1001);
  connections.close({ user: 'bart' }, 'closed_by_operator');
  expect(onClosed.mock.calls).toEqual([
    [leaving.connection, { code: 1001 }],
    [closed.connection, { code: 4503, name: 'closed_by_operator' }],
  ]);
  expect(later).toHaveBeenCalledTimes(2);
  expect(log.lines).toHaveLength(2);
  expect([leaving.connection.open, closed.connection.open, connections.size]).toEqual([false, false, 0]);
  end();
  connect('lisa').disconnect();
  expect(later).toHaveBeenCalledTimes(2);
});

test('neither receives nor sends after a close', async () => {
  const { connections, connect } = newShop();
  const order = vi.fn(() => ({ number: 1 }));
  connections.handle('order', order);
  const { promise, resolve } = Promise.withResolvers<string>();
  connections.handle('stock', () => promise);
  const client = connect();
  client.answersClose = false;
  client.sendFrame({ type: 'stock', id: 1, item: 'tea' });
  connections.close({ id: client.connection.id }, 'session_ended');
  client.sendFrame({ type: 'order', id: 2, item: 'tea' });
  resolve('late');
  await promise;
  connections.emit(client.connection, { type: 'price', item: 'tea', price: 1 });
  expect(order).not.toHaveBeenCalled();
  expect(client.frames.map(({ type }) => type)).toEqual(['welcome']);
});

test('reports requests, rejected frames and closes to the observer', async () => {
  const observer = { opened: vi.fn(), closed: vi.fn(), answered: vi.fn(), refused: vi.fn() };
  const { connect } = newShop({ observer });
  const client = connect();
  await client.request('ping');
  await client.request('renew', { ticket: 'none' });
  client.sendFrame('nonsense');
  client.disconnect();
  expect(observer.opened).toHaveBeenCalledOnce();
  expect(observer.answered.mock.calls).toEqual([
    ['ping', 'ok', client.connection],
    ['renew', 'invalid_ticket', client.connection],
  ]);
  expect(observer.refused.mock.calls).toEqual([['bad_message']]);
  expect(observer.closed).toHaveBeenCalledWith(client.connection, { code: 1001 });
});

test.each([{ heartbeatMs: 0 }, { heartbeatGraceMs: -1 }, { leaseMs: Number.NaN }, { closeGraceMs: Infinity }])(
  'rejects an invalid duration: %o',
  (options) => {
    expect(() => newShop(options)).toThrow(RangeError);
  },
);

test.each([{ frameBytes: 0 }, { rooms: 1.5 }, { sendsPerSecond: -1 }, { bufferedBytes: Number.NaN }])(
  'rejects an invalid limit: %o',
  (limits) => {
    expect(() => newShop({ limits })).toThrow(/^limits\./);
  },
);
