import { expect, test, vi } from 'vitest';
import { RequestError } from '../support/errors.ts';
import { newNode } from '../testing/new-node.ts';
import { newShop } from '../testing/new-shop.ts';

test('middlewares run in the order in which they were added, around the handler', async () => {
  const { connections, connect } = newShop();
  const steps: string[] = [];
  connections.handle('order', () => {
    steps.push('handler');
    return { number: 1 };
  });
  connections.use((message, next) => {
    steps.push(`first ${message.kind} ${message.type}`);
    const result = next();
    steps.push('first after');
    return result;
  });
  connections.use(async (_, next) => {
    steps.push('second');
    const result = await next();
    steps.push('second after');
    return result;
  });
  expect(await connect().request('order', { item: 'tea' })).toMatchObject({ type: 'reply', data: { number: 1 } });
  expect(steps).toEqual(['first request order', 'second', 'handler', 'first after', 'second after']);
});

test('a middleware rejects a request with an error code, and the handler is not called', async () => {
  const { connections, connect } = newShop();
  const handler = vi.fn(() => ({ number: 1 }));
  connections.handle('order', handler);
  connections.use((message, next) => {
    if (message.type === 'order' && message.params.item === 'tea' && message.connection.data.plan === 'free') {
      throw new RequestError('sold_out', 'no tea for you', { retryAfterMs: 5_000 });
    }
    return next();
  });
  const client = connect();
  expect(await client.request('order', { item: 'tea' })).toMatchObject({
    type: 'error',
    code: 'sold_out',
    message: 'no tea for you',
    retryAfterMs: 5_000,
  });
  expect(handler).not.toHaveBeenCalled();
  client.connection.data.plan = 'paid';
  expect(await client.request('order', { item: 'tea' })).toMatchObject({ type: 'reply' });
});

test('an unexpected error of a middleware is logged, and the client receives internal', async () => {
  const { connections, connect, log } = newShop();
  connections.handle('order', () => ({ number: 1 }));
  connections.use(() => Promise.reject(new Error('secret')));
  const error = await connect().request('order', { item: 'tea' });
  expect(error).toMatchObject({ type: 'error', code: 'internal' });
  expect(JSON.stringify(error)).not.toContain('secret');
  expect(log.lines).toEqual(['error a request handler threw an unexpected error']);
});

test('a signal that a middleware rejects is dropped and counted', async () => {
  const dropped = vi.fn();
  const { connections, connect, log } = newShop({ observer: { dropped } });
  const handler = vi.fn();
  connections.on('look', handler);
  connections.use((message, next) => {
    if (message.kind === 'signal' && message.params.at === 'tea') throw new RequestError('forbidden');
    return next();
  });
  connections.use(async (message, next) => {
    await Promise.resolve();
    if (message.kind === 'signal' && message.params.at === 'milk') throw new RequestError('forbidden');
    return next();
  });
  const client = connect();
  client.sendFrame({ type: 'look', at: 'tea' });
  client.sendFrame({ type: 'look', at: 'milk' });
  client.sendFrame({ type: 'look', at: 'sugar' });
  await vi.waitFor(() => {
    expect(dropped).toHaveBeenCalledTimes(2);
    expect(handler).toHaveBeenCalledTimes(1);
  });
  expect(log.lines).toEqual([]);
});

test('next() can be called once only', async () => {
  const { connections, connect, log } = newShop();
  const handler = vi.fn(() => ({ number: 1 }));
  connections.handle('order', handler);
  connections.use(async (_, next) => {
    await next();
    return next();
  });
  expect(await connect().request('order', { item: 'tea' })).toMatchObject({ type: 'error', code: 'internal' });
  expect(handler).toHaveBeenCalledTimes(1);
  expect(log.lines).toHaveLength(1);
});

test('the messages that keep a connection alive do not pass the middlewares', async () => {
  const { connections, connect } = newShop();
  connections.use(() => {
    throw new RequestError('forbidden');
  });
  const client = connect();
  expect(await client.request('ping')).toMatchObject({ type: 'reply' });
  expect(await client.request('renew', { ticket: 'x' })).toMatchObject({ type: 'error', code: 'invalid_ticket' });
  client.sendFrame({ type: 'beat' });
  expect(client.connection.open).toBe(true);
});

test('the requests of rooms pass the middlewares too', async () => {
  const { connections, connect } = newNode();
  connections.use((message, next) => {
    if (message.type === 'send' && message.params.text.includes('spam')) throw new RequestError('forbidden', 'no spam');
    return next();
  });
  const client = connect();
  await client.request('join', { room: 'general' });
  const key = '3f2b8c1e-9a4d-4f6b-8e7a-1c2d3e4f5a6b';
  expect(await client.request('send', { room: 'general', key, text: 'spam' })).toMatchObject({ code: 'forbidden' });
  expect(await client.request('send', { room: 'general', key, text: 'hello' })).toMatchObject({ data: { seq: 1 } });
});
