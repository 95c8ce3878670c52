import { expect, test } from 'vitest';
import { newSocket, openSocket, settle } from '../testing/new-socket.ts';
import { Disconnected } from './errors.ts';

test('whenOpen resolves to the welcome at once if the connection is open', async () => {
  const { socket } = await openSocket();
  expect(await socket.whenOpen()).toBe(socket.welcome);
});

test('whenOpen waits for the connection', async () => {
  const { socket } = newSocket();
  const welcomed = socket.whenOpen();
  socket.connect();
  await settle();
  expect(await welcomed).toMatchObject({ user: 'maggie' });
});

test('whenOpen rejects when the socket ends, and at once if it has ended', async () => {
  const { socket } = newSocket();
  const welcomed = socket.whenOpen();
  socket.signOut();
  await expect(welcomed).rejects.toBeInstanceOf(Disconnected);
  await expect(socket.whenOpen()).rejects.toThrow('not connected');
});

test('whenOpen rejects with the reason of its signal', async () => {
  const { socket } = newSocket();
  const controller = new AbortController();
  const welcomed = socket.whenOpen(controller.signal);
  controller.abort(new Error('enough'));
  await expect(welcomed).rejects.toThrow('enough');
  await expect(socket.whenOpen(controller.signal)).rejects.toThrow('enough');
});
