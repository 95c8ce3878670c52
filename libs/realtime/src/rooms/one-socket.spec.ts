import { compileProtocol, extendProtocol, roomsProtocol, Type } from '@usher/protocol/server';
import { expect, onTestFinished, test } from 'vitest';
import { createMemoryBus } from '../bus/memory-bus.ts';
import { createMemoryCluster } from '../cluster/cluster.ts';
import { createConnections } from '../connections/connections.ts';
import { ServerRequestFailed } from '../connections/server-requests.ts';
import { RequestError } from '../support/errors.ts';
import { createFakeSocket } from '../testing/fake-socket.ts';
import { createMemoryHistory } from './memory-history.ts';
import { createRooms } from './rooms.ts';

const chatShop = extendProtocol(roomsProtocol, {
  requests: { order: { params: Type.Object({ item: Type.String() }), reply: Type.Object({ number: Type.Integer() }) } },
  events: { price: Type.Object({ item: Type.String(), price: Type.Number() }) },
  serverRequests: {
    confirm: { params: Type.Object({ question: Type.String() }), reply: Type.Object({ yes: Type.Boolean() }) },
  },
  errors: ['sold_out'],
});
type Plan = 'free' | 'paid';

/** The example of `docs/adopting.md`. */
function newServer() {
  const bus = createMemoryBus();
  const cluster = createMemoryCluster();
  const history = createMemoryHistory({ rooms: ['orders'] });
  const connections = createConnections({
    codec: compileProtocol(chatShop),
    data: () => ({ plan: 'free' }),
    bus,
    cluster,
  });
  const rooms = createRooms({ connections, history, bus, cluster, authorize: () => 'allowed' });
  connections.use((message, next) => {
    if (message.type === 'order' && message.connection.data.plan === 'free') throw new RequestError('forbidden');
    return next();
  });
  connections.handle('order', async ({ item }, connection) => {
    try {
      const { yes } = await connection.request('confirm', { question: `Order ${item}?` }, { timeoutMs: 5_000 });
      if (!yes) throw new RequestError('sold_out', 'not confirmed');
    } catch (error) {
      if (error instanceof ServerRequestFailed) throw new RequestError('sold_out', 'not confirmed');
      throw error;
    }
    await rooms.publish('orders', `${connection.identity.user} ordered ${item}`, { from: 'shop' });
    const { delivered } = await connections.to({ user: connection.identity.user }).send('price', { item, price: 2 });
    await connections.broadcast().send('price', { item, price: 3 }, { volatile: true });
    return { number: delivered };
  });
  onTestFinished(async () => {
    connections.stop();
    await rooms.stop();
  });
  function connect(user: string, plan: Plan) {
    const client = createFakeSocket();
    client.listener = connections.open(client, { user, session: user, roles: [] }, { data: { plan } }).listener;
    return client;
  }
  return { connect };
}

test('rooms, own requests, events, middleware and server requests work over one socket', async () => {
  const { connect } = newServer();
  const [ann, bob] = [connect('ann', 'paid'), connect('bob', 'free')];
  await bob.request('join', { room: 'orders' });
  const ordered = ann.request('order', { item: 'tea' });
  expect(ann.received('request')).toMatchObject([{ name: 'confirm', params: { question: 'Order tea?' } }]);
  ann.sendFrame({ type: 'response', request: 1, data: { yes: true } });
  expect(await ordered).toMatchObject({ type: 'reply', data: { number: 1 } });
  expect(bob.received('message')).toMatchObject([{ room: 'orders', from: 'shop', text: 'ann ordered tea' }]);
  expect(ann.received('price').map(({ price }) => price)).toEqual([2, 3]);
  expect(bob.received('price').map(({ price }) => price)).toEqual([3]);
});

test('the middleware and the client can reject the request', async () => {
  const { connect } = newServer();
  expect(await connect('bob', 'free').request('order', { item: 'tea' })).toMatchObject({ code: 'forbidden' });
  const ann = connect('ann', 'paid');
  const ordered = ann.request('order', { item: 'tea' });
  ann.sendFrame({ type: 'response', request: 1, code: 'unknown_type' });
  expect(await ordered).toMatchObject({ code: 'sold_out' });
});
