import { expect, test } from 'vitest';
import { newSocket, openSocket, settle } from '../testing/new-socket.ts';
import { Disconnected } from './errors.ts';
import { whenOpen } from './when-open.ts';

test('whenOpen resolves to the welcome at once if the connection is open', async () => {
  const { socket } = await openSocket();
  expect(await whenOpen(socket)).toBe(socket.welcome);
});

test('whenOpen waits for the connection', async () => {
  const { socket } = newSocket();
  const welcomed = whenOpen(socket);
  socket.connect();
  await settle();
  expect(await welcomed).toMatchObject({ user: 'maggie' });
});

test('whenOpen rejects when the socket ends, and at once if it has ended', async () => {
  const { socket } = newSocket();
  const welcomed = whenOpen(socket);
  socket.signOut();
  await expect(welcomed).rejects.toBeInstanceOf(Disconnected);
  await expect(whenOpen(socket)).rejects.toThrow('not connected');
});

test('whenOpen rejects with the reason of its signal', async () => {
  const { socket } = newSocket();
  const controller = new AbortController();
  const welcomed = whenOpen(socket, controller.signal);
  controller.abort(new Error('enough'));
  await expect(welcomed).rejects.toThrow('enough');
  await expect(whenOpen(socket, controller.signal)).rejects.toThrow('enough');
});
