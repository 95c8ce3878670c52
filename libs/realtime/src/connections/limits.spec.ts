import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { History } from '../rooms/history.ts';
import { createMemoryHistory } from '../rooms/memory-history.ts';
import { newKey, newNode } from '../testing/new-node.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
});

async function sender(limits: Parameters<typeof newNode>[0] = {}) {
  const node = newNode(limits);
  const client = node.connect();
  await client.request('join', { room: 'general' });
  const send = async () => {
    const { code, type, retryAfterMs } = await client.request('send', { room: 'general', key: newKey(), text: 'x' });
    return { outcome: code ?? type, retryAfterMs };
  };
  const burst = async (count: number) => {
    let passed = 0;
    for (let index = 0; index < count; index++) if ((await send()).outcome === 'reply') passed++;
    return passed;
  };
  return { ...node, client, send, burst };
}

test('accepts a burst of 60 messages, then 20 a second', async () => {
  const { send, burst } = await sender();
  expect(await burst(70)).toBe(60);
  expect(await send()).toEqual({ outcome: 'rate_limited', retryAfterMs: 50 });
  vi.advanceTimersByTime(50);
  expect(await burst(2)).toBe(1);
  vi.advanceTimersByTime(1_000);
  expect(await burst(25)).toBe(20);
  vi.advanceTimersByTime(60_000);
  expect(await burst(70)).toBe(60);
});

test('counts what exceeded a limit on its connection', async () => {
  const { client, burst } = await sender();
  await burst(70);
  expect(client.connection.rateLimited).toBe(10);
});

test('uses the configured rate, and no limit for 0', async () => {
  const slow = await sender({ limits: { sendsPerSecond: 1, sendBurst: 2 } });
  expect(await slow.burst(5)).toBe(2);
  expect((await slow.send()).retryAfterMs).toBe(1_000);
  const free = await sender({ limits: { sendsPerSecond: 0 } });
  expect(await free.burst(500)).toBe(500);
});

test('closes with 4029 after 200 rejected sends in one minute', async () => {
  const { client, burst } = await sender();
  expect(await burst(60 + 199)).toBe(60);
  expect(client.closedWith).toBeUndefined();
  client.sendFrame({ id: 9_999, type: 'send', room: 'general', key: newKey(), text: 'x' });
  expect(client.closedWith).toEqual({ code: 4029, reason: 'rate limit abused' });
});

test('does not count rejected sends of earlier minutes', async () => {
  const { client, burst } = await sender();
  await burst(60 + 150);
  vi.advanceTimersByTime(60_000);
  await burst(60 + 150);
  expect(client.closedWith).toBeUndefined();
});

test('has a separate send budget per connection', async () => {
  const { burst, connect } = await sender();
  await burst(70);
  const bart = connect('bart');
  await bart.request('join', { room: 'general' });
  expect((await bart.request('send', { room: 'general', key: newKey(), text: 'x' })).type).toBe('reply');
});

test('replies to malformed frames with bad_message and closes with 4500 at the tenth', () => {
  const { connect } = newNode();
  const client = connect();
  const malformed = [
    '',
    'not JSON',
    '[]',
    '{}',
    '{"type":1}',
    { type: 'join', room: 'general' },
    { type: 'join', room: 'general', id: 0 },
    { type: 'join', room: 'NOT A ROOM', id: 1 },
    { type: 'send', room: 'general', key: 'no uuid', text: 'x', id: 2 },
  ];
  for (const frame of malformed) client.sendFrame(frame);
  expect(client.received('error').map(({ code }) => code)).toEqual(malformed.map(() => 'bad_message'));
  expect(client.received('error').map(({ id }) => id)).toEqual([...malformed.slice(0, 7).map(() => undefined), 1, 2]);
  expect(client.closedWith).toBeUndefined();
  client.sendFrame('{"type":"send","id":3}');
  expect(client.received('error')).toHaveLength(10);
  expect(client.closedWith).toEqual({ code: 4500, reason: 'too many malformed messages' });
});

test('does not count unknown types as malformed', () => {
  const { connect } = newNode();
  const client = connect();
  for (let id = 1; id <= 50; id++) client.sendFrame({ type: 'wave', room: 'general', id });
  expect(new Set(client.received('error').map(({ code }) => code))).toEqual(new Set(['unknown_type']));
  expect(client.closedWith).toBeUndefined();
});

test('closes with 1009 for a frame over 64 KiB, but not for exactly 64 KiB in any encoding', () => {
  const { connect } = newNode();
  const padded = (bytes: number, character: string) => {
    const shell = '{"type":"ping","id":1,"pad":""}';
    const width = Buffer.byteLength(character);
    const count = Math.floor((bytes - shell.length) / width);
    const rest = bytes - shell.length - count * width;
    return `{"type":"ping","id":1,"pad":"${character.repeat(count)}${'x'.repeat(rest)}"}`;
  };
  for (const character of ['x', 'é', '€', '🙂']) {
    const client = connect();
    client.sendFrame(padded(65_536, character));
    expect(client.closedWith).toBeUndefined();
    client.sendFrame(padded(65_537, character));
    expect(client.closedWith).toEqual({ code: 1009, reason: 'a frame larger than the limit' });
  }
});

test('rejects rooms beyond the limit until the connection leaves one', async () => {
  const history = createMemoryHistory({ rooms: ['a', 'b', 'c', 'd'] });
  const { connect } = newNode({ history, limits: { rooms: 2 } });
  const client = connect();
  const join = async (room: string) => {
    const { code, type } = await client.request('join', { room });
    return code ?? type;
  };
  expect(await Promise.all([join('a'), join('b'), join('c')])).toEqual(['reply', 'reply', 'too_many_rooms']);
  expect(await join('a')).toBe('reply');
  await client.request('leave', { room: 'a' });
  expect(await join('d')).toBe('reply');
  expect(await join('nowhere')).toBe('too_many_rooms');
});

test('does not count a denied join toward the room limit', async () => {
  const { connect } = newNode({
    limits: { rooms: 1 },
    authorize: (_, room) => (room === 'general' ? 'allowed' : 'forbidden'),
  });
  const client = connect();
  expect(await client.request('join', { room: 'random' })).toMatchObject({ code: 'forbidden' });
  expect((await client.request('join', { room: 'general' })).type).toBe('reply');
});

test('sends rate_limited beyond the limit of pending requests and stays open', async () => {
  const memory = createMemoryHistory({ rooms: ['general'] });
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const history: History = {
    heads: memory.heads.bind(memory),
    append: memory.append.bind(memory),
    read: async (room, pages) => {
      await promise;
      return memory.read(room, pages);
    },
  };
  const { connect } = newNode({ history, limits: { inFlight: 5 } });
  const client = connect();
  const asked = Array.from({ length: 7 }, () => client.request('history', { room: 'general', after: 0 }));
  expect(client.connection.inFlight).toBe(5);
  resolve(undefined);
  const replies = await Promise.all(asked);
  expect(replies.map(({ code, type }) => code ?? type)).toEqual([
    ...Array.from({ length: 5 }, () => 'reply'),
    'rate_limited',
    'rate_limited',
  ]);
  expect(replies[6]?.['retryAfterMs']).toBeGreaterThan(0);
  expect(client.connection.inFlight).toBe(0);
});
