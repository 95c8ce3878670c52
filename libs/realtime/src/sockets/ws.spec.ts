import { expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { Frame } from '../connections/frame.ts';
import type { Socket, SocketListener } from '../connections/socket.ts';
import { range } from '../testing/new-node.ts';
import { newWsServer, RawClient } from '../testing/ws-server.ts';
import { rawSocket } from './ws-raw.ts';
import { attach } from '../ws.ts';

/** An attached socket, the events that it received, and a raw client. `plain` forces `ws.send`. */
async function attached(plain = false) {
  const opened = Promise.withResolvers<{ ws: WebSocket; socket: Socket }>();
  const heard: string[] = [];
  const closed: number[] = [];
  const ended = Promise.withResolvers<undefined>();
  const listener: SocketListener = {
    message: (text) => heard.push(text),
    closed: (code) => {
      closed.push(code);
      ended.resolve(undefined);
    },
  };
  const port = await newWsServer((ws) => {
    const sender: unknown = Reflect.get(ws, '_sender');
    if (plain) Reflect.set(ws, '_sender', undefined);
    attach(ws, (socket) => {
      opened.resolve({ ws, socket });
      return listener;
    });
    Reflect.set(ws, '_sender', sender);
  });
  const client = await RawClient.open(port);
  return { client, ...(await opened.promise), heard, closed, ended: ended.promise };
}

/** Records the writes to the network and their contents. */
function spyOnWrites(ws: WebSocket): Buffer[] {
  const raw = rawSocket(ws);
  if (raw === undefined) throw new Error('see ws-raw.spec.ts for the reason');
  const writes: Buffer[] = [];
  const write = raw.write.bind(raw) as (chunk: Buffer, ...more: unknown[]) => boolean;
  Object.assign(raw, {
    write: (chunk: Buffer, ...more: unknown[]) => {
      writes.push(chunk);
      return write(chunk, ...more);
    },
  });
  return writes;
}

test.each([
  ['written past ws', false],
  ['by ws.send', true],
])('sends frames complete, in order, unmasked and uncompressed (%s)', async (_, plain) => {
  const { client, socket } = await attached(plain);
  const texts = ['a', 'é🙂', 'x'.repeat(125), 'x'.repeat(126), 'x'.repeat(70_000), '', 'end'];
  for (const text of texts) socket.send(new Frame(text));
  await client.until(() => client.frames.length === texts.length);
  expect(client.texts()).toEqual(texts);
  for (const { opcode, fin, rsv, masked } of client.frames) {
    expect({ opcode, fin, rsv, masked }).toEqual({ opcode: 1, fin: true, rsv: 0, masked: false });
  }
});

test('writes all frames of one turn at once, and each turn separately', async () => {
  const { client, ws, socket } = await attached();
  const writes = spyOnWrites(ws);
  for (const text of ['a', 'b', 'c']) socket.send(new Frame(text));
  expect(writes).toHaveLength(0);
  await client.until(() => client.frames.length === 3);
  socket.send(new Frame('d'));
  await client.until(() => client.frames.length === 4);
  expect(writes.map(({ length }) => length)).toEqual([9, 3]);
});

test('writes a single frame as it is, and joins the same frames for many sockets once', async () => {
  const [one, other] = [await attached(), await attached()];
  const writes = [spyOnWrites(one.ws), spyOnWrites(other.ws)] as const;
  const frames = [new Frame('a'), new Frame('b')];
  for (const { socket } of [one, other]) for (const frame of frames) socket.send(frame);
  for (const { client } of [one, other]) await client.until(() => client.frames.length === 2);
  expect(writes[0]).toHaveLength(1);
  expect(writes[0][0]).toBe(writes[1][0]);
  const single = new Frame('c');
  one.socket.send(single);
  other.socket.send(single);
  for (const { client } of [one, other]) await client.until(() => client.frames.length === 3);
  expect([writes[0][1], writes[1][1]]).toEqual([single.bytes, single.bytes]);
  expect(writes[0][1]).toBe(single.bytes);
  expect(one.client.texts()).toEqual(['a', 'b', 'c']);
});

test('does not mix up sockets with different frames of the same length', async () => {
  const [one, other] = [await attached(), await attached()];
  for (const text of ['a', 'b']) one.socket.send(new Frame(text));
  for (const text of ['c', 'd']) other.socket.send(new Frame(text));
  for (const { client } of [one, other]) await client.until(() => client.frames.length === 2);
  expect([one.client.texts(), other.client.texts()]).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
});

test('counts gathered frames as buffered, and writes a large turn before its end', async () => {
  const { client, ws, socket } = await attached();
  const writes = spyOnWrites(ws);
  socket.send(new Frame('x'.repeat(1_000)));
  expect(socket.bufferedBytes).toBe(1_004);
  socket.send(new Frame('x'.repeat(64 * 1024)));
  expect(writes).toHaveLength(1);
  socket.send(new Frame('last'));
  await client.until(() => client.frames.length === 3);
  expect(client.texts().at(-1)).toBe('last');
  expect(writes).toHaveLength(2);
});

test.each([
  ['written past ws', false],
  ['by ws.send', true],
])('sends the close frame after all earlier frames, and nothing afterwards (%s)', async (_, plain) => {
  const { client, socket, closed, ended } = await attached(plain);
  socket.send(new Frame('a'));
  socket.send(new Frame('b'));
  socket.close(4503, 'closed by an operator');
  socket.send(new Frame('too late'));
  await client.until(() => client.closeCode() !== undefined);
  expect(client.frames.map(({ opcode }) => opcode)).toEqual([1, 1, 8]);
  expect(client.closeCode()).toBe(4503);
  client.say(8, Buffer.from([0x11, 0x97]));
  await ended;
  expect(closed).toEqual([4503]);
});

test('sends no gathered frames after the reply to the close frame of the client', async () => {
  const { client, ws, socket, closed, ended } = await attached();
  const writes = spyOnWrites(ws);
  // In the turn in which the close frame is read. At its end, all gathered frames would be written.
  const receiver = Reflect.get(ws, '_receiver') as { on(event: string, listener: () => void): void };
  receiver.on('conclude', () => {
    socket.send(new Frame('too late'));
  });
  const raw = rawSocket(ws) as unknown as { prependListener(event: string, listener: () => void): void };
  raw.prependListener('data', () => {
    socket.send(new Frame('just gathered'));
  });
  client.say(8, Buffer.from([0x03, 0xe9]));
  await client.closed();
  await ended;
  expect(client.frames.map(({ opcode }) => opcode)).toEqual([8]);
  expect(Buffer.concat(writes).toString()).not.toContain('gathered');
  expect(closed).toEqual([1001]);
});

test('replies to pings between gathered frames', async () => {
  const { client, socket, heard } = await attached();
  for (const round of range(1, 20)) {
    client.say(9, `ping ${round}`);
    client.say(1, `hello ${round}`);
    socket.send(new Frame(`frame ${round} a`));
    socket.send(new Frame(`frame ${round} b`));
    await client.until(() => client.frames.filter(({ opcode }) => opcode === 10).length === round);
  }
  await client.until(() => client.texts().length === 40);
  expect(client.texts()).toEqual(range(1, 20).flatMap((round) => [`frame ${round} a`, `frame ${round} b`]));
  const pongs = client.frames.filter(({ opcode }) => opcode === 10).map(({ payload }) => payload.toString());
  expect(pongs).toEqual(range(1, 20).map((round) => `ping ${round}`));
  expect(heard).toEqual(range(1, 20).map((round) => `hello ${round}`));
});

test('joins a fragmented text into one message', async () => {
  const { client, heard } = await attached();
  client.say(1, 'one ', false);
  client.say(0, 'message', true);
  client.say(9, '');
  await client.until(() => client.frames.length === 1);
  expect(heard).toEqual(['one message']);
});

test.each([
  [
    'a binary frame',
    1003,
    (client: RawClient) => {
      client.say(2, 'bytes');
    },
  ],
  [
    'invalid UTF-8',
    1007,
    (client: RawClient) => {
      client.say(1, Buffer.from([0xc3, 0x28]));
    },
  ],
  [
    'a frame over 64 KiB',
    1009,
    (client: RawClient) => {
      client.say(1, 'x'.repeat(65_537));
    },
  ],
  [
    'a reserved opcode',
    1002,
    (client: RawClient) => {
      client.say(3, 'x');
    },
  ],
  ['an unmasked frame', 1002, (client: RawClient) => client.socket.write(Buffer.from([0x81, 1, 0x78]))],
])('closes %s with %i, reports it once and immediately, and ignores later data', async (_, code, say) => {
  const { client, heard, closed, ended } = await attached();
  say(client);
  client.say(1, 'after');
  await client.until(() => client.closeCode() !== undefined);
  expect(client.closeCode()).toBe(code);
  client.socket.end();
  await ended;
  await client.closed();
  expect(closed).toEqual([code]);
  expect(heard).toEqual([]);
});

test('reports a lost connection as 1006 and a close without a code as 1005', async () => {
  const lost = await attached();
  lost.client.socket.destroy();
  await lost.ended;
  expect(lost.closed).toEqual([1006]);
  lost.socket.send(new Frame('to a closed socket'));
  lost.socket.close(1000, '');
  lost.socket.terminate();
  const bare = await attached();
  bare.client.say(8, '');
  await bare.ended;
  expect(bare.closed).toEqual([1005]);
});

test('terminates the socket when start throws', async () => {
  const failed = Promise.withResolvers<unknown>();
  const port = await newWsServer((ws) => {
    try {
      attach(ws, () => {
        throw new Error('open failed');
      });
    } catch (error) {
      failed.resolve(error);
    }
  });
  const client = await RawClient.open(port);
  await client.closed();
  expect(await failed.promise).toEqual(new Error('open failed'));
});
