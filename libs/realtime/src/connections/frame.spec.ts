import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { Frame } from './frame.ts';
import { newWsServer } from '../testing/ws-server.ts';
import { attach } from '../ws.ts';

test('encodes frames of every length so that ws decodes them unchanged', async () => {
  const texts = [0, 1, 125, 126, 127, 65_535, 65_536, 300_000].flatMap((length) => [
    'x'.repeat(length),
    '🙂'.repeat(Math.floor(length / 4)),
  ]);
  const port = await newWsServer((ws) => {
    attach(ws, (socket) => {
      for (const text of texts) socket.send(new Frame(text));
      return { message: () => undefined, closed: () => undefined };
    });
  });
  const client = new WebSocket(`ws://127.0.0.1:${port}`);
  const read: string[] = [];
  await new Promise<void>((resolve) => {
    client.on('message', (data: Buffer, isBinary: boolean) => {
      read.push(isBinary ? 'binary' : data.toString());
      if (read.length === texts.length) resolve();
    });
  });
  client.terminate();
  expect(read.map(({ length }) => length)).toEqual(texts.map(({ length }) => length));
  expect(read.every((text, index) => text === texts[index])).toBe(true);
});

test('encodes a frame only once', () => {
  const frame = new Frame('text');
  expect(frame.bytes).toBe(frame.bytes);
});
