import { expect, test } from 'vitest';
import type { History } from './history.ts';
import { createMemoryHistory } from './memory-history.ts';
import { liveSeqs, newKey, newNode, range, sendAll } from '../testing/new-node.ts';

async function filled(count: number, text = (seq: number) => `text ${seq}`) {
  const history = createMemoryHistory({ rooms: ['general', 'random'], keep: 5_000 });
  for (let seq = 1; seq <= count; seq++) {
    await history.append('general', { user: 'bart', key: newKey(), text: text(seq) });
  }
  return newNode({ history });
}

interface JoinData {
  readonly epoch: string;
  readonly seq: number;
  readonly recovery: string;
  readonly more: boolean;
  readonly messages: readonly { readonly seq: number; readonly text: string }[];
}

async function joined(node: Awaited<ReturnType<typeof filled>>, params: object = {}) {
  const client = node.connect();
  const reply = await client.request('join', { room: 'general', ...params });
  expect(reply.type).toBe('reply');
  const data = reply['data'] as JoinData;
  const { recovery, seq, more } = data;
  return { client, data, summary: { recovery, seq, more, seqs: data.messages.map((message) => message.seq) } };
}

test('joins an empty room at sequence number 0', async () => {
  const { client, data } = await joined(await filled(0));
  expect(data).toEqual({
    room: 'general',
    epoch: data.epoch,
    seq: 0,
    recovery: 'fresh',
    messages: [],
    more: false,
    present: [{ user: 'maggie', status: 'online' }],
  });
  await sendAll(client, 'general', ['first']);
  expect(liveSeqs(client)).toEqual([1]);
});

test('fresh: returns the last 50 messages, oldest first, and whether older ones exist', async () => {
  expect((await joined(await filled(120))).summary).toEqual({
    recovery: 'fresh',
    seq: 120,
    more: true,
    seqs: range(71, 120),
  });
  expect((await joined(await filled(50))).summary).toMatchObject({ more: false, seqs: range(1, 50) });
});

test('recovered: returns the messages after the cursor', async () => {
  const node = await filled(120);
  expect((await joined(node, { after: 100 })).summary).toEqual({
    recovery: 'recovered',
    seq: 120,
    more: false,
    seqs: range(101, 120),
  });
  expect((await joined(node, { after: 120 })).summary).toEqual({
    recovery: 'recovered',
    seq: 120,
    more: false,
    seqs: [],
  });
  expect((await joined(node, { after: 0 })).summary).toMatchObject({ recovery: 'recovered', seqs: range(1, 120) });
});

test('recovers with the same epoch and reports a gap with another one', async () => {
  const node = await filled(120);
  const { data } = await joined(node);
  expect((await joined(node, { after: 100, epoch: data.epoch })).summary).toMatchObject({ recovery: 'recovered' });
  expect((await joined(node, { after: 100, epoch: 'another' })).summary).toEqual({
    recovery: 'gap',
    seq: 120,
    more: true,
    seqs: range(71, 120),
  });
  expect((await joined(node, { epoch: 'another' })).summary).toMatchObject({ recovery: 'fresh' });
});

test('returns the first 200 of many missed messages, and the rest page by page', async () => {
  const node = await filled(1_000);
  const { client, summary } = await joined(node, { after: 0 });
  expect(summary).toEqual({ recovery: 'recovered', seq: 1_000, more: true, seqs: range(1, 200) });
  const seqs = [...summary.seqs];
  for (let more = true; more;) {
    const { data } = (await client.request('history', { room: 'general', after: seqs.at(-1) })) as unknown as {
      data: JoinData;
    };
    seqs.push(...data.messages.map(({ seq }) => seq));
    more = data.more;
  }
  expect(seqs).toEqual(range(1, 1_000));
});

test('reports a gap for more than 1,000 missed messages, but not for exactly 1,000', async () => {
  const node = await filled(1_100);
  expect((await joined(node, { after: 100 })).summary).toMatchObject({ recovery: 'recovered' });
  expect((await joined(node, { after: 99 })).summary).toMatchObject({ recovery: 'gap', seqs: range(1_051, 1_100) });
});

test('reports a gap for a cursor beyond the room', async () => {
  expect((await joined(await filled(10), { after: 11 })).summary).toMatchObject({
    recovery: 'gap',
    seqs: range(1, 10),
  });
});

test('reports a gap for messages that the history has deleted', async () => {
  const history = createMemoryHistory({ rooms: ['general'], keep: 100 });
  const node = newNode({ history });
  for (let seq = 1; seq <= 600; seq++) await history.append('general', { user: 'bart', key: newKey(), text: 'x' });
  expect((await joined(node, { after: 300 })).summary).toMatchObject({ recovery: 'gap', seqs: range(551, 600) });
});

test.each([
  ['emoji', '🙂'],
  ['quotes', '"'],
  ['control characters', '\u0001'],
])('limits every reply to the frame size, even with the longest texts of %s', async (_, character) => {
  const text = character.repeat(4_000);
  const node = await filled(250, () => text);
  for (const params of [{}, { after: 0 }, { after: 0, epoch: 'another' }]) {
    const { client, summary } = await joined(node, params);
    expect(Buffer.byteLength(client.raw.at(-1)?.text ?? '')).toBeLessThanOrEqual(512 * 1024);
    expect(summary.more).toBe(true);
    expect(summary.seqs.length).toBeGreaterThan(5);
    expect(summary.seqs).toEqual(
      summary.recovery === 'recovered' ? range(1, summary.seqs.length) : range(251 - summary.seqs.length, 250),
    );
    await client.request('history', { room: 'general', after: 0 });
    expect(Buffer.byteLength(client.raw.at(-1)?.text ?? '')).toBeLessThanOrEqual(512 * 1024);
    client.disconnect();
  }
});

test('sends live messages directly after the reply', async () => {
  const node = await filled(10);
  const { client } = await joined(node);
  const bart = node.connect('bart');
  await bart.request('join', { room: 'general' });
  await sendAll(bart, 'general', ['a', 'b']);
  expect(client.frames.map(({ type }) => type)).toEqual(['welcome', 'reply', 'presence', 'message', 'message']);
  expect(liveSeqs(client)).toEqual([11, 12]);
});

test('replies to a rejoin of a joined room and continues without duplicates', async () => {
  const node = await filled(10);
  const { client } = await joined(node);
  await sendAll(client, 'general', ['a', 'b']);
  const again = await client.request('join', { room: 'general', after: 10 });
  expect((again['data'] as JoinData).messages.map(({ seq }) => seq)).toEqual([11, 12]);
  await sendAll(client, 'general', ['c']);
  expect(liveSeqs(client)).toEqual([11, 12, 13]);
  expect(node.rooms.members('general')).toEqual([{ user: 'maggie', connections: 1 }]);
});

test('runs joins, sends and leaves in the order of the requests', async () => {
  const node = await filled(0);
  const client = node.connect();
  const replies = await Promise.all([
    client.request('join', { room: 'general' }),
    client.request('send', { room: 'general', key: newKey(), text: 'a' }),
    client.request('send', { room: 'general', key: newKey(), text: 'b' }),
    client.request('leave', { room: 'general' }),
    client.request('send', { room: 'general', key: newKey(), text: 'c' }),
    client.request('join', { room: 'general' }),
  ]);
  expect(replies.map(({ type, code }) => code ?? type)).toEqual([
    'reply',
    'reply',
    'reply',
    'reply',
    'not_joined',
    'reply',
  ]);
  expect((replies[5]['data'] as JoinData).messages.map(({ text }) => text)).toEqual(['a', 'b']);
});

test('sends nothing after a leave, and accepts a second leave', async () => {
  const node = await filled(0);
  const { client } = await joined(node);
  const bart = node.connect('bart');
  await bart.request('join', { room: 'general' });
  expect((await client.request('leave', { room: 'general' }))['data']).toEqual({});
  expect((await client.request('leave', { room: 'general' }))['data']).toEqual({});
  await sendAll(bart, 'general', ['a']);
  expect(liveSeqs(client)).toEqual([]);
  expect(liveSeqs(bart)).toEqual([1]);
});

test('lists each present user once, starting with the own user', async () => {
  const node = await filled(0);
  for (const user of ['bart', 'bart', 'lisa']) await node.connect(user).request('join', { room: 'general' });
  const gone = node.connect('homer');
  await gone.request('join', { room: 'general' });
  await gone.request('leave', { room: 'general' });
  const client = node.connect('maggie');
  const { data } = (await client.request('join', { room: 'general' })) as unknown as { data: { present: unknown } };
  expect(data.present).toEqual(['maggie', 'bart', 'lisa'].map((user) => ({ user, status: 'online' })));
  expect(node.rooms.members('general')).toEqual([
    { user: 'bart', connections: 2 },
    { user: 'lisa', connections: 1 },
    { user: 'maggie', connections: 1 },
  ]);
});

test('authorizes every join, rejoin, send and page, and replies to a denial with one error', async () => {
  const asked: string[] = [];
  let decision: 'allowed' | 'forbidden' | 'not_found' = 'allowed';
  const node = newNode({
    authorize: ({ user }, room, action) => {
      asked.push(`${user} ${room} ${action}`);
      return decision;
    },
  });
  const client = node.connect();
  await client.request('join', { room: 'general' });
  await client.request('join', { room: 'general', after: 0 });
  await sendAll(client, 'general', ['a']);
  await client.request('history', { room: 'general', after: 0 });
  // A page is authorized before and after the read, because the read may wait for the client.
  expect(asked).toEqual(['join', 'join', 'send', 'history', 'history'].map((action) => `maggie general ${action}`));
  for (decision of ['forbidden', 'not_found'] as const) {
    for (const [type, more] of [
      ['send', { key: newKey(), text: 'b' }],
      ['history', { after: 0 }],
    ] as const) {
      expect(await client.request(type, { room: 'general', ...more })).toMatchObject({ type: 'error', code: decision });
    }
  }
  expect(await client.request('join', { room: 'general' })).toMatchObject({ code: 'not_found' });
  // A member whose rejoin is denied must not remain in the room.
  expect(node.rooms.members('general')).toEqual([]);
  expect((await client.request('ping')).type).toBe('reply');
  expect(client.closedWith).toBeUndefined();
});

test('rejects a join with not_found for a room that the history does not know', async () => {
  const node = await filled(0);
  const client = node.connect();
  expect(await client.request('join', { room: 'elsewhere' })).toMatchObject({ type: 'error', code: 'not_found' });
  expect(await client.request('history', { room: 'elsewhere', after: 0 })).toMatchObject({ code: 'not_found' });
  expect(node.rooms.list()).toEqual([]);
});

test('rejects a join with internal while the history is unavailable, and accepts it afterwards', async () => {
  const memory = createMemoryHistory({ rooms: ['general'] });
  let away = true;
  const history: History = {
    heads: memory.heads.bind(memory),
    append: memory.append.bind(memory),
    read: (room, pages) => (away ? Promise.reject(new Error('away')) : memory.read(room, pages)),
  };
  const node = newNode({ history });
  const client = node.connect();
  expect(await client.request('join', { room: 'general' })).toMatchObject({ type: 'error', code: 'internal' });
  away = false;
  expect((await client.request('join', { room: 'general' })).type).toBe('reply');
});
