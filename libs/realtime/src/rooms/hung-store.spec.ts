import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { createMemoryPresence } from '../presence/memory-presence.ts';
import { liveSeqs, newKey, newNode, sendAll } from '../testing/new-node.ts';
import type { History } from './history.ts';
import { createMemoryHistory } from './memory-history.ts';

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
});

/** A node whose history never responds for the room `hung`, as soon as `hang` was called. */
function newHungNode() {
  const memory = createMemoryHistory({ rooms: ['hung', 'general'] });
  let hanging = false;
  const appends: (() => void)[] = [];
  const history: History = {
    append: (room, entry) => {
      if (!hanging || room !== 'hung') return memory.append(room, entry);
      return new Promise((resolve) => {
        appends.push(() => {
          resolve(memory.append(room, entry));
        });
      });
    },
    read: (room, range) => (hanging && room === 'hung' ? new Promise(() => undefined) : memory.read(room, range)),
    heads: memory.heads.bind(memory),
  };
  const node = newNode({ history });
  return { ...node, hang: () => (hanging = true), appends };
}

const internal = { type: 'error', code: 'internal' };

test.each([
  ['join', { room: 'hung' }],
  ['history', { room: 'hung', after: 0 }],
] as const)('rejects %s with internal after 2 seconds when the history does not respond', async (type, params) => {
  const { connect, hang, log } = newHungNode();
  const maggie = connect();
  hang();
  const reply = maggie.request(type, params);
  await vi.advanceTimersByTimeAsync(1_999);
  expect(maggie.received('error')).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(await reply).toMatchObject(internal);
  expect(log.lines).toEqual(['error a request handler threw an unexpected error']);
});

test('rejects a send with internal after 2 seconds, and delivers the message if it becomes durable later', async () => {
  const { connect, hang, appends } = newHungNode();
  const [maggie, bart] = [connect('maggie'), connect('bart')];
  for (const client of [maggie, bart]) await client.request('join', { room: 'hung' });
  hang();
  const reply = maggie.request('send', { room: 'hung', key: newKey(), text: 'late' });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await reply).toMatchObject(internal);
  expect(liveSeqs(bart)).toEqual([]);
  for (const append of appends) append();
  await vi.advanceTimersByTimeAsync(0);
  expect(liveSeqs(bart)).toEqual([1]);
});

test('serves other rooms of the same connection while the history of one room does not respond', async () => {
  const { connect, hang } = newHungNode();
  const maggie = connect();
  hang();
  const hung = [maggie.request('join', { room: 'hung' }), maggie.request('history', { room: 'general', after: 0 })];
  expect(await hung[1]).toMatchObject({ type: 'reply' });
  expect(await maggie.request('join', { room: 'general' })).toMatchObject({ type: 'reply' });
  await sendAll(maggie, 'general', ['a', 'b']);
  expect(liveSeqs(maggie)).toEqual([1, 2]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await hung[0]).toMatchObject(internal);
});

test('a connection closes and leaves its rooms while the history does not respond', async () => {
  const { connect, hang, rooms, connections } = newHungNode();
  const maggie = connect();
  hang();
  void maggie.request('join', { room: 'hung' });
  void maggie.request('history', { room: 'hung', after: 0 });
  await vi.advanceTimersByTimeAsync(0);
  expect(connections.close({ user: 'maggie' }, 'session_ended')).toBe(1);
  expect([connections.size, rooms.list()]).toEqual([0, []]);
});

test('accepts a join after 2 seconds with the known presence when the presence store does not respond', async () => {
  const never = (): Promise<never> => new Promise(() => undefined);
  const { connect } = newNode({ presence: { ...createMemoryPresence(), set: never, list: never } });
  const reply = connect().request('join', { room: 'general' });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await reply).toMatchObject({ type: 'reply', data: { present: [{ user: 'maggie', status: 'online' }] } });
});

test('rejects a join with internal after 2 seconds when authorize does not settle', async () => {
  const { connect } = newNode({ authorize: () => new Promise(() => undefined) });
  const reply = connect().request('join', { room: 'general' });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await reply).toMatchObject(internal);
});
