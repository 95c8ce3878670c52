import { expect, test, vi } from 'vitest';
import { createMemoryHistory } from '../rooms/memory-history.ts';
import { newKey, newNode, range, sendAll } from '../testing/new-node.ts';
import { eventually } from '../testing/eventually.ts';

test('closes only the client with more than 1 MiB of buffered bytes, with 4009', async () => {
  const { connect, connections } = newNode();
  const slow = connect('bart');
  const sender = connect('maggie');
  await slow.request('join', { room: 'general' });
  await sender.request('join', { room: 'general' });
  slow.bufferedBytes = 1024 * 1024;
  await sendAll(sender, 'general', ['a']);
  expect(slow.closedWith).toBeUndefined();
  slow.bufferedBytes++;
  await sendAll(sender, 'general', ['b', 'c']);
  expect(slow.closedWith).toEqual({ code: 4009, reason: 'slow consumer' });
  expect(slow.received('message')).toHaveLength(2);
  expect(sender.received('message')).toHaveLength(3);
  expect(connections.size).toBe(1);
});

test('uses the configured bound of buffered bytes', () => {
  const { connect, connections } = newNode({ limits: { bufferedBytes: 100 } });
  const client = connect();
  client.bufferedBytes = 101;
  connections.emit(client.connection, { type: 'beat' });
  expect(client.closedWith?.code).toBe(4009);
});

test('pauses page reads for a client that does not drain its buffer, and resumes them when it does', async () => {
  const history = createMemoryHistory({ rooms: ['general'] });
  for (const seq of range(1, 10)) {
    await history.append('general', { user: 'bart', key: newKey(), text: `text ${seq}` });
  }
  const read = vi.spyOn(history, 'read');
  const { connect } = newNode({ history });
  const client = connect();
  client.bufferedBytes = 200 * 1024;
  const pages = Array.from({ length: 20 }, () => client.request('history', { room: 'general', after: 0 }));
  await client.request('ping');
  expect(read).not.toHaveBeenCalled();
  client.bufferedBytes = 0;
  expect(new Set((await Promise.all(pages)).map(({ type }) => type))).toEqual(new Set(['reply']));
  expect(read).toHaveBeenCalledTimes(20);
});

test('does not treat a client that joins a hundred full rooms at once as a slow consumer', async () => {
  const rooms = range(1, 100).map((number) => `room-${number}`);
  const history = createMemoryHistory({ rooms });
  for (const room of rooms) {
    for (const seq of range(1, 50)) {
      await history.append(room, { user: 'bart', key: newKey(), text: `${seq} `.padEnd(900, 'x') });
    }
  }
  const { connect } = newNode({ history });
  const client = connect();
  // A network that drains the buffer periodically.
  const send = client.send.bind(client);
  client.send = (frame) => {
    client.bufferedBytes += frame.bytes.length;
    send(frame);
  };
  const drain = setInterval(() => {
    client.bufferedBytes = 0;
  }, 1);
  const replies = await Promise.all(rooms.map((room) => client.request('join', { room })));
  clearInterval(drain);
  expect(replies.filter(({ type }) => type === 'reply')).toHaveLength(100);
  expect(client.closedWith).toBeUndefined();
});

test('cancels pending reads of a closed connection', async () => {
  const history = createMemoryHistory({ rooms: ['general'] });
  const read = vi.spyOn(history, 'read');
  const { connect, rooms } = newNode({ history });
  const client = connect();
  client.bufferedBytes = 200 * 1024;
  void client.request('join', { room: 'general' });
  void client.request('history', { room: 'general', after: 0 });
  await client.request('ping');
  client.disconnect();
  await eventually(() => {
    expect(client.connection.inFlight).toBe(0);
  });
  expect(read).not.toHaveBeenCalled();
  expect(rooms.list()).toEqual([]);
});
