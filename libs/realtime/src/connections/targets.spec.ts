import { describe, expect, test } from 'vitest';
import { createMemoryBus, MemoryBusStore } from '../bus/memory-bus.ts';
import { createMemoryCluster, MemoryClusterStore } from '../cluster/cluster.ts';
import { newShop } from '../testing/new-shop.ts';

/** Two nodes that share a bus and a cluster. */
function twoNodes() {
  const store = new MemoryBusStore();
  const nodes = new MemoryClusterStore();
  const node = (id: string) => {
    const cluster = createMemoryCluster({ store: nodes, id });
    return { cluster, ...newShop({ bus: createMemoryBus({ store }), cluster }) };
  };
  return { here: node('here'), there: node('there') };
}

describe('connections.to', () => {
  test('reaches every connection of a user on every node, and no other connection', async () => {
    const { here, there } = twoNodes();
    const clients = [here.connect('maggie'), here.connect('maggie', 'phone'), there.connect('maggie')];
    const others = [here.connect('bart'), there.connect('bart')];
    const delivery = await here.connections.to({ user: 'maggie' }).send('price', { price: 2 });
    expect(delivery).toEqual({
      delivered: 3,
      nodes: [
        { node: 'here', delivered: 2, ms: expect.any(Number) as unknown },
        { node: 'there', delivered: 1, ms: expect.any(Number) as unknown },
      ],
      complete: true,
    });
    for (const client of clients) expect(client.received('price')).toEqual([{ type: 'price', price: 2 }]);
    for (const other of others) expect(other.received('price')).toEqual([]);
  });

  test('reaches only the given session', async () => {
    const { here, there } = twoNodes();
    const phone = there.connect('maggie', 'phone');
    const laptop = there.connect('maggie', 'laptop');
    expect(await here.connections.to({ session: 'phone' }).send('price', { price: 2 })).toMatchObject({ delivered: 1 });
    expect(phone.received('price')).toHaveLength(1);
    expect(laptop.received('price')).toEqual([]);
  });

  test('reports 0 for a user who is not connected', async () => {
    const { here } = twoNodes();
    const delivery = await here.connections.to({ user: 'lisa' }).send('price', { price: 2 });
    expect(delivery).toMatchObject({ delivered: 0, complete: true });
  });

  test('reaches the connections of this node without a bus', async () => {
    const { connections, connect } = newShop();
    const client = connect('maggie');
    const delivery = await connections.to({ user: 'maggie' }).send('price', { price: 2 });
    expect(delivery).toEqual({
      delivered: 1,
      nodes: [{ node: 'local', delivered: 1, ms: expect.any(Number) as unknown }],
      complete: true,
    });
    expect(client.received('price')).toHaveLength(1);
  });

  test('serializes the event once for all connections of a node', async () => {
    const { connections, connect } = newShop();
    const [first, second] = [connect('maggie'), connect('maggie', 'phone')];
    await connections.to({ user: 'maggie' }).send('price', { price: 2 });
    expect(first.raw.at(-1)).toBe(second.raw.at(-1));
  });

  test.each(['reply', 'error', 'welcome', 'lease', 'beat', 'request'])('rejects the type %s', async (type) => {
    const { connections } = newShop();
    await expect(connections.to({ user: 'maggie' }).send(type as 'price', { price: 2 })).rejects.toThrow(TypeError);
  });

  test('does not let data replace the type', async () => {
    const { connections, connect } = newShop();
    const client = connect();
    const data = { price: 2, type: 'welcome' };
    await connections.to({ user: 'maggie' }).send('price', data);
    expect(client.received('price')).toHaveLength(1);
  });

  test('rejects an event that is larger than a frame may be', async () => {
    const { connections } = newShop();
    const data = { price: 2, more: 'x'.repeat(512 * 1024) };
    await expect(connections.to({ user: 'maggie' }).send('price', data)).rejects.toThrow('512 KiB');
  });

  test('delivers nothing on a node that is not live, because it may have missed revocations', async () => {
    const { here, there } = twoNodes();
    const client = there.connect('maggie');
    await there.cluster.close();
    expect(await here.connections.to({ user: 'maggie' }).send('price', { price: 2 })).toMatchObject({ delivered: 0 });
    expect(client.received('price')).toEqual([]);
  });
});

test('connections.broadcast reaches every connection on every node', async () => {
  const { here, there } = twoNodes();
  const clients = [here.connect('maggie'), there.connect('bart'), there.connect('lisa')];
  expect(await there.connections.broadcast().send('price', { price: 3 })).toMatchObject({ delivered: 3 });
  for (const client of clients) expect(client.received('price')).toEqual([{ type: 'price', price: 3 }]);
});

test('drops a volatile event for a client that does not read fast enough, and only that', async () => {
  const { connections, connect } = newShop();
  const slow = connect('maggie', 'slow');
  const fast = connect('maggie', 'fast');
  slow.bufferedBytes = 64 * 1024 + 1;
  fast.bufferedBytes = 64 * 1024;
  const target = connections.to({ user: 'maggie' });
  expect(await target.send('price', { price: 1 }, { volatile: true })).toMatchObject({ delivered: 1 });
  expect(slow.received('price')).toEqual([]);
  expect(fast.received('price')).toHaveLength(1);
  expect(await target.send('price', { price: 2 })).toMatchObject({ delivered: 2 });
  connections.emit(slow.connection, { type: 'price', price: 3 }, { volatile: true });
  connections.emit(slow.connection, { type: 'price', price: 4 });
  expect(slow.received('price').map(({ price }) => price)).toEqual([2, 4]);
  expect(slow.connection.open).toBe(true);
});
