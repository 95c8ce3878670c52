import { expect, test, vi } from 'vitest';
import { newNode } from '../testing/new-node.ts';
import { newShop } from '../testing/new-shop.ts';

test('the data of a connection is created from its identity when it is first read', () => {
  const data = vi.fn(() => ({ plan: 'free' as const, orders: 0 }));
  const client = newShop({ data }).connect('maggie');
  expect(data).not.toHaveBeenCalled();
  expect(client.connection.data).toEqual({ plan: 'free', orders: 0 });
  expect(client.connection.data).toBe(client.connection.data);
  expect(data).toHaveBeenCalledExactlyOnceWith(client.connection.identity);
});

test('the data can be set at admission and changed in handlers', async () => {
  const { connections, connect } = newShop();
  connections.handle('order', (_, { data }) => ({ number: ++data.orders }));
  const first = connect('maggie', 'laptop', { plan: 'paid', orders: 7 });
  const second = connect('maggie', 'phone');
  expect(await first.request('order', { item: 'tea' })).toMatchObject({ data: { number: 8 } });
  expect(await second.request('order', { item: 'tea' })).toMatchObject({ data: { number: 1 } });
  expect(first.connection.data).toEqual({ plan: 'paid', orders: 8 });
});

test('the data defaults to an empty object of each connection', () => {
  const { connect } = newNode();
  const [first, second] = [connect('maggie'), connect('bart')];
  expect(first.connection.data).toEqual({});
  expect(first.connection.data).not.toBe(second.connection.data);
});
