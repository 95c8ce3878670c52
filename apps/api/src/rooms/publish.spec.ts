import { compileProtocol, roomsProtocol } from '@usher/protocol/server';
import { createConnections, createMemoryBus } from '@usher/realtime';
import { createRooms } from '@usher/realtime/rooms';
import { createFakeSocket } from '@usher/realtime/testing';
import { expect, onTestFinished, test } from 'vitest';
import { openRooms } from '../testing/open-rooms.ts';

test('rooms.publish stores a message in SQLite once by key, and delivers it on the other node', async () => {
  const { history, createRoom } = await openRooms();
  await createRoom('orders');
  const bus = createMemoryBus();
  function newNode() {
    const connections = createConnections({ codec: compileProtocol(roomsProtocol) });
    const rooms = createRooms({ connections, history, bus, authorize: () => 'allowed' });
    onTestFinished(async () => {
      connections.stop();
      await rooms.stop();
    });
    return { connections, rooms };
  }
  const [here, there] = [newNode(), newNode()];
  const bart = createFakeSocket();
  const identity = { user: 'bart', session: 's', roles: [] };
  bart.listener = there.connections.open(bart, identity).listener;
  await bart.request('join', { room: 'orders' });
  const options = { from: 'shop', key: 'order 4711 paid' };
  const first = await here.rooms.publish('orders', 'paid', options);
  expect(await there.rooms.publish('orders', 'paid', options)).toEqual(first);
  expect(bart.received('message')).toMatchObject([{ seq: 1, from: 'shop', text: 'paid' }]);
  expect((await history.read('orders', { limit: 10 })).messages).toHaveLength(1);
});
