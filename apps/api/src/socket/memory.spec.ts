import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { newApp } from '../testing/new-app.ts';

// `node --expose-gc` cannot be given to a test worker from here; this is its documented equivalent at run time.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

test('an open socket keeps nothing of the request that it came with', async () => {
  const { app, connect } = await newApp();
  // Fastify's request and reply hold the raw request: where that one can be collected, they are gone as well.
  const requests: WeakRef<object>[] = [];
  app.gate.server.on('upgrade', (request: object) => {
    requests.push(new WeakRef(request));
  });
  const sockets = [await connect('maggie'), await connect('bart'), await connect('lisa')];
  await sockets[0]?.data('join', { room: 'general' });
  for (let turn = 0; turn < 50 && requests.some((request) => request.deref() !== undefined); turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  expect(requests.map((request) => request.deref() === undefined)).toEqual([true, true, true]);
  for (const socket of sockets) expect(await socket.data('ping')).toEqual({});
});
