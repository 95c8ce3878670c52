import { expect, test, vi } from 'vitest';
import { createMemoryBus } from '../bus/memory-bus.ts';
import { newNode, quiet, sendAll } from '../testing/new-node.ts';

test('a member can leave, join again and send when the bus fails to unsubscribe', async () => {
  const inner = createMemoryBus();
  let failing = true;
  const bus = {
    publish: inner.publish.bind(inner),
    close: () => undefined,
    subscribe: (...args: Parameters<typeof inner.subscribe>) => {
      const unsubscribe = inner.subscribe(...args);
      return () => {
        unsubscribe();
        if (failing) throw new Error('unsubscribe failed');
      };
    },
  };
  const { connect, log, rooms } = newNode({ bus });
  const client = connect();
  await client.request('join', { room: 'general' });
  expect(await client.request('leave', { room: 'general' })).toMatchObject({ type: 'reply' });
  expect(log.lines).toContain('error an empty room could not be unsubscribed');
  failing = false;
  expect(await client.request('join', { room: 'general' })).toMatchObject({ type: 'reply' });
  await sendAll(client, 'general', ['one', 'two']);
  expect(client.received('message')).toHaveLength(2);
  expect(rooms.list()).toEqual([{ room: 'general', connections: 1 }]);
});

test('a closed connection leaves all of its rooms, even when one unsubscribe fails', async () => {
  const inner = createMemoryBus();
  const bus = {
    publish: inner.publish.bind(inner),
    close: () => undefined,
    subscribe: (...args: Parameters<typeof inner.subscribe>) => {
      const [topic] = args;
      const unsubscribe = inner.subscribe(...args);
      return () => {
        unsubscribe();
        if (topic.endsWith(':general')) throw new Error('unsubscribe failed');
      };
    },
  };
  const { connect, rooms } = newNode({ bus });
  const client = connect();
  for (const room of ['general', 'random']) await client.request('join', { room });
  client.disconnect();
  await quiet();
  expect(rooms.list()).toEqual([]);
});

test('reports which connection has joined which room, since when, and when it leaves', async () => {
  const observer = { left: vi.fn() };
  const { connect, rooms } = newNode({ observer });
  const client = connect();
  const other = connect('bart');
  for (const room of ['general', 'random']) await client.request('join', { room });
  await other.request('join', { room: 'general' });
  const joined = rooms.joinedBy(client.connection);
  expect(joined.map(({ room }) => room)).toEqual(['general', 'random']);
  for (const { joinedAt } of joined) expect(joinedAt).toBeGreaterThanOrEqual(client.connection.openedAt);
  expect(rooms.connectionsIn('general')).toEqual([client.connection, other.connection]);
  expect(rooms.connectionsIn('unknown')).toEqual([]);
  await client.request('leave', { room: 'general' });
  expect(observer.left.mock.calls).toEqual([[joined[0], client.connection]]);
  expect(rooms.connectionsIn('general')).toEqual([other.connection]);
  client.disconnect();
  expect(observer.left).toHaveBeenLastCalledWith(joined[1], client.connection);
  expect(rooms.joinedBy(client.connection)).toEqual([]);
});
