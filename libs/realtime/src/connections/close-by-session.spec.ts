import { expect, test } from 'vitest';
import { newKey, newNode, quiet } from '../testing/new-node.ts';

function crowd() {
  const node = newNode();
  const phone = node.connect('maggie', { session: 'phone' });
  const laptop = node.connect('maggie', { session: 'laptop' });
  const tab = node.connect('maggie', { session: 'laptop' });
  const bart = node.connect('bart', { session: 'desk' });
  return { ...node, phone, laptop, tab, bart };
}

test('closes only the connections of the session and returns their number', () => {
  const { connections, phone, laptop, tab, bart } = crowd();
  expect(connections.close({ session: 'laptop' }, 'session_ended')).toBe(2);
  expect([phone, laptop, tab, bart].map(({ closedWith }) => closedWith?.code)).toEqual([
    undefined,
    4501,
    4501,
    undefined,
  ]);
  expect(connections.close({ session: 'laptop' }, 'session_ended')).toBe(0);
});

test('sends the given reason in the close frame, instead of the default reason', () => {
  const { connections, laptop, bart } = crowd();
  connections.close({ session: 'laptop' }, 'session_ended', 'session ended: password_changed');
  connections.close({ user: 'bart' }, 'session_ended');
  expect(laptop.closedWith).toEqual({ code: 4501, reason: 'session ended: password_changed' });
  expect(bart.closedWith).toEqual({ code: 4501, reason: 'session ended' });
});

test('closes by user, by id, by both, or all connections', () => {
  const { connections, phone, bart } = crowd();
  expect(connections.count({ user: 'maggie' })).toBe(3);
  expect(connections.close({ user: 'bart', session: 'laptop' }, 'closed_by_operator')).toBe(0);
  expect(connections.close({ id: 'unknown' }, 'closed_by_operator')).toBe(0);
  expect(connections.close({ id: phone.connection.id }, 'closed_by_operator')).toBe(1);
  expect(phone.closedWith).toEqual({ code: 4503, reason: 'closed by an operator' });
  expect(connections.close({ user: 'maggie' }, 'session_ended')).toBe(2);
  expect(connections.list()).toEqual([bart.connection]);
  expect(connections.close({}, 'service_restart')).toBe(1);
  expect([connections.size, connections.count()]).toEqual([0, 0]);
});

test('delivers no message after the session has ended, and removes its connections from all rooms', async () => {
  const { connections, rooms, laptop, bart } = crowd();
  await laptop.request('join', { room: 'general' });
  await bart.request('join', { room: 'general' });
  laptop.answersClose = false;
  const sending = bart.request('send', { room: 'general', key: newKey(), text: 'secret' });
  connections.close({ session: 'laptop' }, 'session_ended');
  await sending;
  expect(laptop.received('message')).toEqual([]);
  expect(bart.received('message')).toHaveLength(1);
  expect(rooms.members('general')).toEqual([{ user: 'bart', connections: 1 }]);
});

test('does not append a message whose sender signed out during authorization', async () => {
  const { promise, resolve } = Promise.withResolvers<'allowed'>();
  const node = newNode({ authorize: (_, __, action) => (action === 'send' ? promise : 'allowed') });
  const maggie = node.connect('maggie');
  await maggie.request('join', { room: 'general' });
  void maggie.request('send', { room: 'general', key: newKey(), text: 'too late' });
  await quiet();
  node.connections.close({ user: 'maggie' }, 'session_ended');
  resolve('allowed');
  await quiet();
  const bart = node.connect('bart');
  expect((await bart.request('join', { room: 'general' }))['data']).toMatchObject({ seq: 0, messages: [] });
});

test('terminates a socket that does not complete the closing handshake', () => {
  const { connections, laptop } = crowd();
  laptop.answersClose = false;
  connections.close({ session: 'laptop' }, 'session_ended');
  expect(laptop.terminated).toBe(false);
  connections.stop();
  expect(laptop.terminated).toBe(true);
});
