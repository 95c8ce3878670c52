import { expect, test, vi } from 'vitest';
import { liveSeqs, newKey, newNode, sendAll } from '../testing/new-node.ts';

async function roomWith(...texts: string[]) {
  const node = newNode();
  const [maggie, bart] = [node.connect('maggie'), node.connect('bart')];
  for (const client of [maggie, bart]) await client.request('join', { room: 'general' });
  await sendAll(maggie, 'general', texts);
  return { ...node, maggie, bart };
}

test('the reply to an edit has its own sequence number, and the edit is sent to all members as a message with edits', async () => {
  const { maggie, bart } = await roomWith('frist');
  const reply = await maggie.request('edit', { room: 'general', key: newKey(), edits: 1, text: 'first' });
  const { seq, at } = reply['data'] as { seq: number; at: number };
  expect(seq).toBe(2);
  for (const client of [maggie, bart]) {
    const message = client.received('message').at(-1);
    expect(message).toEqual({
      type: 'message',
      room: 'general',
      seq: 2,
      id: message?.['id'],
      from: 'maggie',
      text: 'first',
      at,
      edits: 1,
    });
  }
});

test('a deletion is sent to all members without a text', async () => {
  const { maggie, bart } = await roomWith('oops');
  const reply = await maggie.request('delete', { room: 'general', key: newKey(), deletes: 1 });
  expect(reply['data']).toMatchObject({ seq: 2 });
  const message = bart.received('message').at(-1);
  expect(message).toEqual({ ...message, seq: 2, from: 'maggie', text: '', deletes: 1 });
  expect(message).not.toHaveProperty('edits');
});

test('a plain message has no change fields', async () => {
  const { bart } = await roomWith('plain');
  expect(Object.keys(bart.received('message')[0] ?? {})).toEqual(['type', 'room', 'seq', 'id', 'from', 'text', 'at']);
});

test('a recovery returns missed changes, and a fresh join returns the current messages', async () => {
  const { maggie, connect } = await roomWith('a', 'b');
  await maggie.request('edit', { room: 'general', key: newKey(), edits: 1, text: 'A' });
  await maggie.request('delete', { room: 'general', key: newKey(), deletes: 2 });
  const joined = async (params: object) => {
    const { data } = await connect('lisa').request('join', { room: 'general', ...params });
    return (data as { messages: object[] }).messages;
  };
  const changes = [
    { seq: 3, text: 'A', edits: 1 },
    { seq: 4, text: '', deletes: 2 },
  ];
  expect(await joined({ after: 2 })).toMatchObject(changes);
  expect(await joined({})).toMatchObject([
    { seq: 1, text: 'A', edited: expect.any(Number) as unknown },
    { seq: 2, text: '', deleted: expect.any(Number) as unknown },
    ...changes,
  ]);
});

test('a gap in the sequence is filled with changes too', async () => {
  const { history, bart, maggie } = await roomWith('a');
  const key = newKey();
  await history.append('general', { user: 'maggie', key, text: 'A', edits: 1 });
  await sendAll(maggie, 'general', ['b']);
  await vi.waitFor(() => {
    expect(liveSeqs(bart)).toEqual([1, 2, 3]);
  });
  expect(bart.received('message')[1]).toMatchObject({ text: 'A', edits: 1 });
});

test.each(['edit', 'delete'] as const)(
  '%s: rejects messages of other users, missing messages and rooms that the connection has not joined',
  async (type) => {
    const { maggie, bart, connect } = await roomWith('mine');
    const change = (target: number) =>
      type === 'edit' ? { key: newKey(), edits: target, text: 'changed' } : { key: newKey(), deletes: target };
    const codeOf = async (client: typeof maggie, target: number) =>
      (await client.request(type, { room: 'general', ...change(target) }))['code'];
    expect(await codeOf(bart, 1)).toBe('forbidden');
    expect(await codeOf(maggie, 2)).toBe('not_found');
    expect(await codeOf(connect('maggie'), 1)).toBe('not_joined');
    expect(liveSeqs(bart)).toEqual([1]);
  },
);

test('an edit has the same length limits as a message', async () => {
  const { maggie } = await roomWith('mine');
  for (const text of ['', 'x'.repeat(4_001)]) {
    const reply = await maggie.request('edit', { room: 'general', key: newKey(), edits: 1, text });
    expect(reply).toMatchObject({ type: 'error', code: 'too_long' });
  }
});

test('changes count toward the send limit', async () => {
  const node = newNode({ limits: { sendsPerSecond: 1, sendBurst: 3 } });
  const client = node.connect();
  await client.request('join', { room: 'general' });
  await sendAll(client, 'general', ['a']);
  expect(await client.request('edit', { room: 'general', key: newKey(), edits: 1, text: 'b' })).toMatchObject({
    type: 'reply',
  });
  expect(await client.request('delete', { room: 'general', key: newKey(), deletes: 1 })).toMatchObject({
    type: 'reply',
  });
  for (const rejected of [
    await client.request('edit', { room: 'general', key: newKey(), edits: 1, text: 'c' }),
    await client.request('delete', { room: 'general', key: newKey(), deletes: 1 }),
  ]) {
    expect(rejected).toMatchObject({ type: 'error', code: 'rate_limited' });
  }
});

test('a user who may not send may not change messages either', async () => {
  let may = true;
  const node = newNode({ authorize: (_, __, action) => (action !== 'send' || may ? 'allowed' : 'forbidden') });
  const client = node.connect();
  await client.request('join', { room: 'general' });
  await sendAll(client, 'general', ['a']);
  may = false;
  expect(await client.request('delete', { room: 'general', key: newKey(), deletes: 1 })).toMatchObject({
    code: 'forbidden',
  });
});

test('repeating a key returns the first result and changes nothing again', async () => {
  const { maggie, bart } = await roomWith('a');
  const edit = { room: 'general', key: newKey(), edits: 1, text: 'b' };
  const first = await maggie.request('edit', edit);
  await maggie.request('delete', { room: 'general', key: newKey(), deletes: 1 });
  const again = await maggie.request('edit', edit);
  expect(again['data']).toEqual(first['data']);
  expect(liveSeqs(bart)).toEqual([1, 2, 3]);
});

test('fields of other types do not turn a message into a change', async () => {
  const { maggie, bart } = await roomWith('a');
  const reply = await maggie.request('send', { room: 'general', key: newKey(), text: 'b', deletes: 1, edits: 1 });
  expect(reply).toMatchObject({ type: 'reply', data: { seq: 2 } });
  const message = bart.received('message').at(-1);
  expect(message).toMatchObject({ seq: 2, text: 'b' });
  expect(message).not.toHaveProperty('deletes');
  expect(message).not.toHaveProperty('edits');
});
