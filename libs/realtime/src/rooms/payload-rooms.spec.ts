import { expect, test } from 'vitest';
import { createMemoryBus } from '../bus/memory-bus.ts';
import { eventually } from '../testing/eventually.ts';
import { newBoard } from '../testing/new-board.ts';
import { newKey, range } from '../testing/new-node.ts';
import { createMemoryHistory } from './memory-history.ts';

const room = 'game';

test('a payload reaches the members on every node, and nothing but the payload of the schema', async () => {
  const bus = createMemoryBus();
  const history = createMemoryHistory({ rooms: [room] });
  const [here, there] = [newBoard({ bus, history }), newBoard({ bus, history })];
  const [maggie, bart] = [here.connect('maggie'), there.connect('bart')];
  for (const client of [maggie, bart]) await client.request('join', { room });
  const sent = await maggie.request('send', { room, key: newKey(), payload: { x: 1, note: 'to @bart' }, text: 'no' });
  expect(sent).toMatchObject({ type: 'reply', data: { seq: 1 } });
  const expected = { type: 'message', room, seq: 1, from: 'maggie', payload: { x: 1, note: 'to @bart' } };
  for (const client of [maggie, bart]) {
    expect(client.received('message')).toMatchObject([expected]);
    expect(client.received('message')[0]).not.toHaveProperty('text');
  }
});

test('a join and a page of the history have the payloads', async () => {
  const { connect, rooms } = newBoard();
  const maggie = connect('maggie');
  await maggie.request('join', { room });
  for (const x of range(1, 60)) await rooms.publish(room, { x }, { from: 'maggie' });
  const joined = await connect('bart').request('join', { room });
  expect(joined['data']).toMatchObject({ seq: 60, recovery: 'fresh', more: true });
  const { messages } = joined['data'] as { messages: { seq: number; payload: object }[] };
  expect(messages.map(({ payload }) => payload)).toEqual(range(11, 60).map((x) => ({ x })));
  const page = await maggie.request('history', { room, after: 58 });
  expect(page['data']).toMatchObject({ messages: [{ payload: { x: 59 } }, { payload: { x: 60 } }], more: false });
});

test('missed payloads are recovered', async () => {
  const { connect, rooms } = newBoard();
  const first = await connect('maggie').request('join', { room });
  for (const x of range(1, 3)) await rooms.publish(room, { x });
  const { epoch } = first['data'] as { epoch: string };
  const again = await connect('maggie').request('join', { room, epoch, after: 1 });
  expect(again['data']).toMatchObject({
    recovery: 'recovered',
    messages: [{ payload: { x: 2 } }, { payload: { x: 3 } }],
  });
});

test('a payload with the same key is stored once', async () => {
  const { connect } = newBoard();
  const maggie = connect('maggie');
  await maggie.request('join', { room });
  const send = { room, key: newKey(), payload: { x: 1 } };
  const [first, second] = [await maggie.request('send', send), await maggie.request('send', send)];
  expect(second['data']).toEqual(first['data']);
  expect(maggie.received('message')).toHaveLength(1);
});

test.each([
  ['an invalid payload', { payload: { x: -1 } }, 'bad_message'],
  ['an unknown property', { payload: { x: 1, y: 2 } }, 'bad_message'],
  ['a text', { text: 'hello' }, 'bad_message'],
  ['a payload that is too large', { payload: { x: 1, note: '@'.repeat(20_000) } }, 'too_long'],
])('rejects %s', async (_, content, code) => {
  const { connect } = newBoard();
  const maggie = connect('maggie');
  await maggie.request('join', { room });
  expect(await maggie.request('send', { room, key: newKey(), ...content })).toMatchObject({ type: 'error', code });
  expect(maggie.received('message')).toEqual([]);
});

test('payloads cannot be edited or deleted', async () => {
  const { connect } = newBoard();
  const maggie = connect('maggie');
  await maggie.request('join', { room });
  const edit = await maggie.request('edit', { room, key: newKey(), edits: 1, text: 'x' });
  expect(edit).toMatchObject({ type: 'error', code: 'unknown_type' });
});

test('payloads count as unread, and mention no one', async () => {
  const { connect, rooms } = newBoard();
  const bart = connect('bart');
  await bart.request('join', { room });
  await bart.request('leave', { room });
  await rooms.publish(room, { x: 1, note: '@bart' });
  await eventually(() => {
    expect(bart.received('unread').at(-1)).toMatchObject({ room, seq: 1, count: 1, mentions: 0 });
  });
  await rooms.publish(room, { x: 2, note: '@bart' });
  await eventually(() => {
    expect(bart.received('unread').at(-1)).toMatchObject({ room, seq: 2, count: 2, mentions: 0 });
  });
  expect(await bart.request('read', { room, seq: 2 })).toMatchObject({ type: 'reply' });
});

test('rooms and requests of the application work over one connection', async () => {
  const maggie = newBoard().connect('maggie');
  expect(await maggie.request('size')).toMatchObject({ data: { size: 8 } });
  expect(await maggie.request('join', { room })).toMatchObject({ type: 'reply' });
});

test('rooms.history returns pages of older payloads', async () => {
  const { rooms } = newBoard();
  for (const x of range(1, 5)) await rooms.publish(room, { x });
  const page = await rooms.history(room, { before: 4, limit: 2 });
  expect(page.messages.map(({ seq, payload }) => [seq, payload.x])).toEqual([
    [2, 2],
    [3, 3],
  ]);
  expect(page.more).toBe(true);
  await expect(rooms.history('nowhere')).rejects.toMatchObject({ code: 'not_found' });
});
