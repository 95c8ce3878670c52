import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { newApp } from '../testing/new-app.ts';

// The equivalent of `node --expose-gc` at run time, because test workers cannot receive that flag here.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

test('does not retain the upgrade request of an open socket', async () => {
  const { app, connect } = await newApp();
  // Fastify's request and reply reference the raw request. If it can be collected, so can they.
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
