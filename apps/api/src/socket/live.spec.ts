import { expect, test } from 'vitest';
import { newApp } from '../testing/new-app.ts';

test('reports when users come and go, but not a reload', async () => {
  const { signIn, connect, call } = await newApp({ PRESENCE_GRACE_MS: '60000' });
  const bart = await connect('bart');
  await bart.data('join', { room: 'general' });
  const token = await signIn('maggie');
  const first = await connect('maggie', token);
  await first.data('join', { room: 'general' });
  expect(await bart.next('presence')).toEqual({ type: 'presence', room: 'general', user: 'maggie', status: 'online' });
  first.ws.terminate();
  await first.closed;
  const second = await connect('maggie', token);
  expect((await second.data('join', { room: 'general' }))['present']).toEqual([
    { user: 'maggie', status: 'online' },
    { user: 'bart', status: 'online' },
  ]);
  second.ws.send(JSON.stringify({ type: 'away', away: true }));
  expect(await bart.next('presence')).toMatchObject({ user: 'maggie', status: 'away' });
  await call('DELETE', '/api/auth', { token });
  expect(await bart.next('presence')).toMatchObject({ user: 'maggie', status: 'offline' });
});

test('reports a user as offline after the grace period', async () => {
  const { connect } = await newApp({ PRESENCE_GRACE_MS: '20' });
  const [bart, maggie] = [await connect('bart'), await connect('maggie')];
  for (const socket of [bart, maggie]) await socket.data('join', { room: 'general' });
  maggie.ws.terminate();
  expect(await bart.take(({ status }) => status === 'offline')).toMatchObject({ room: 'general', user: 'maggie' });
});

test('sends unread counts to devices of a member outside the room, and read markers to all devices', async () => {
  const { signIn, connect } = await newApp();
  const token = await signIn('maggie');
  const [phone, laptop, bart] = [await connect('maggie', token), await connect('maggie', token), await connect('bart')];
  for (const socket of [laptop, bart]) await socket.data('join', { room: 'general' });
  bart.ws.send(JSON.stringify({ type: 'typing', room: 'general' }));
  expect(await laptop.next('typing')).toEqual({ type: 'typing', room: 'general', user: 'bart' });
  await bart.data('send', { room: 'general', key: crypto.randomUUID(), text: 'look, @maggie' });
  expect(await phone.next('unread')).toEqual({
    type: 'unread',
    room: 'general',
    seq: 1,
    read: 0,
    mentions: 1,
    count: 1,
  });
  await laptop.data('read', { room: 'general', seq: 1 });
  for (const socket of [phone, laptop]) expect(await socket.next('unread')).toMatchObject({ read: 1, count: 0 });
});
