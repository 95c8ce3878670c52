import { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { newWsServer, RawClient } from '../testing/ws-server.ts';
import { rawSocket, releaseHttp } from './ws-raw.ts';

async function serverSide(options = {}, headers = {}) {
  const { promise, resolve } = Promise.withResolvers<WebSocket>();
  const port = await newWsServer(resolve, options);
  const client = await RawClient.open(port, headers);
  return { ws: await promise, client };
}

// If one of these tests fails after an update of `ws`, check ws-raw.ts first. Without the raw socket everything still works with
// `ws.send`, but several times slower.

test('finds the network socket of the installed version of ws', async () => {
  const { ws } = await serverSide();
  expect(rawSocket(ws)).toBeDefined();
});

test('finds the socket that ws itself writes to', async () => {
  const { ws, client } = await serverSide();
  const raw = rawSocket(ws);
  const written: string[] = [];
  const write = raw?.write.bind(raw) as (chunk: Buffer, ...more: unknown[]) => boolean;
  Object.assign(raw ?? {}, {
    write: (chunk: Buffer, ...more: unknown[]) => {
      written.push(chunk.toString('latin1'));
      return write(chunk, ...more);
    },
  });
  ws.send('by ws');
  await client.until(() => client.frames.length === 1);
  expect(written.join('')).toContain('by ws');
});

test('does not bypass ws when compression was negotiated', async () => {
  const { ws } = await serverSide({ perMessageDeflate: true }, { 'Sec-WebSocket-Extensions': 'permessage-deflate' });
  expect(ws.extensions).toBe('permessage-deflate');
  expect(rawSocket(ws)).toBeUndefined();
});

test.each(['_socket', '_sender'])('does not bypass ws when %s is missing', async (name) => {
  const { ws } = await serverSide();
  const part: unknown = Reflect.get(ws, name);
  Reflect.set(ws, name, undefined);
  expect(rawSocket(ws)).toBeUndefined();
  Reflect.set(ws, name, part);
});

test('detaches the HTTP response that a framework attached to the socket', async () => {
  const { ws } = await serverSide();
  const socket = rawSocket(ws) as Socket;
  const before = socket.listenerCount('close');
  const response = new ServerResponse({ method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1 } as never);
  response.assignSocket(socket);
  expect(socket.listenerCount('close')).toBe(before + 1);
  releaseHttp(ws);
  expect(socket.listenerCount('close')).toBe(before);
  expect(Reflect.get(socket, '_httpMessage')).toBeNull();
  expect(response.socket).toBeNull();
  releaseHttp(ws);
});
