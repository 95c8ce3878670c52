import { describe, expect, test, vi } from 'vitest';
import { createMemoryBus } from '../bus/memory-bus.ts';
import { newBoard } from '../testing/new-board.ts';
import { liveSeqs, newKey, newNode, range } from '../testing/new-node.ts';
import { createMemoryHistory } from './memory-history.ts';

const room = 'general';

/** Two nodes. Their rooms read the history only to recover, because the bus delivers everything. */
function twoNodes() {
  const bus = createMemoryBus();
  const history = createMemoryHistory({ rooms: [room] });
  const node = () => newNode({ bus, history, gapTimeoutMs: 60_000 });
  return { here: node(), there: node(), history };
}

describe('a message that the server publishes', () => {
  test('reaches members on other nodes, without a member on this one and without a read of the history', async () => {
    const { here, there, history } = twoNodes();
    const bart = there.connect('bart');
    await bart.request('join', { room });
    const read = vi.spyOn(history, 'read');
    const sent = await here.rooms.publish(room, 'the server restarts at noon');
    expect(bart.received('message')).toMatchObject([
      { room, seq: sent.seq, at: sent.at, from: 'system', text: 'the server restarts at noon' },
    ]);
    expect(read).not.toHaveBeenCalled();
  });

  test('keeps its place among the messages of clients', async () => {
    const { here, there } = twoNodes();
    const [maggie, bart] = [here.connect('maggie'), there.connect('bart')];
    for (const client of [maggie, bart]) await client.request('join', { room });
    await Promise.all([
      here.rooms.publish(room, 'a'),
      maggie.request('send', { room, key: newKey(), text: 'b' }),
      there.rooms.publish(room, 'c', { from: 'maggie' }),
    ]);
    expect(liveSeqs(maggie)).toEqual(range(1, 3));
    expect(liveSeqs(bart)).toEqual(range(1, 3));
  });

  test('is stored once per key and sender, on whichever nodes it is published', async () => {
    const { here, there } = twoNodes();
    const bart = there.connect('bart');
    await bart.request('join', { room });
    const key = 'order 4711 paid';
    const first = await here.rooms.publish(room, 'paid', { key });
    expect(await there.rooms.publish(room, 'paid again', { key })).toEqual(first);
    expect(await here.rooms.publish(room, 'paid', { key, from: 'shop' })).toMatchObject({ seq: 2 });
    expect(bart.received('message').map(({ text }) => text)).toEqual(['paid', 'paid']);
  });

  test('is durable before the promise resolves', async () => {
    const { here, history } = twoNodes();
    const { seq, at } = await here.rooms.publish(room, 'paid', { from: 'shop' });
    const { messages } = await history.read(room, { limit: 10 });
    expect(messages).toMatchObject([{ seq, at, from: 'shop', text: 'paid' }]);
  });

  test('is delivered when its room has members that have not read the history yet', async () => {
    const { here } = twoNodes();
    const maggie = here.connect('maggie');
    const joining = maggie.request('join', { room });
    await here.rooms.publish(room, 'a');
    const { data } = await joining;
    const { seq } = data as { seq: number };
    await here.rooms.publish(room, 'b');
    expect([seq, ...liveSeqs(maggie)].at(-1)).toBe(2);
  });

  test('is delivered late if the epoch of the room cannot be read', async () => {
    const { here, there, history } = twoNodes();
    const bart = there.connect('bart');
    await bart.request('join', { room });
    vi.spyOn(history, 'heads').mockRejectedValueOnce(new Error('unavailable'));
    await here.rooms.publish(room, 'a');
    await bart.waitFor(({ type }) => type === 'message');
    expect(here.log.lines).toEqual([expect.stringContaining('the epoch of a room could not be read')]);
  });
});

describe('publish rejects', () => {
  test.each([
    ['an unknown room', ['nowhere', 'a'], 'not_found'],
    ['an invalid name of a room', ['No Where', 'a'], 'bad_message'],
    ['an empty text', [room, ''], 'too_long'],
    ['a long text', [room, 'x'.repeat(4_001)], 'too_long'],
    ['a text with U+0000', [room, 'a\0b'], 'bad_message'],
    ['a value that is no text', [room, 7], 'bad_message'],
    ['an empty key', [room, 'a', { key: '' }], 'bad_message'],
    ['a long key', [room, 'a', { key: 'x'.repeat(201) }], 'bad_message'],
    ['a sender with a space', [room, 'a', { from: 'a b' }], 'bad_message'],
    ['a long sender', [room, 'a', { from: 'x'.repeat(65) }], 'bad_message'],
  ])('%s', async (_, args, code) => {
    const { here, history } = twoNodes();
    await expect(here.rooms.publish(...(args as [string, string]))).rejects.toMatchObject({
      name: 'RequestError',
      code,
    });
    expect((await history.read(room, { limit: 1 })).messages).toEqual([]);
  });

  test('an invalid payload', async () => {
    const { rooms } = newBoard();
    await expect(rooms.publish('game', { x: -1 })).rejects.toMatchObject({ code: 'bad_message' });
  });

  test('when the history does not respond in time, and delivers the message when it is durable after all', async () => {
    const history = createMemoryHistory({ rooms: [room] });
    const { rooms, connect } = newNode({ history, storeTimeoutMs: 20 });
    const maggie = connect('maggie');
    await maggie.request('join', { room });
    const append = history.append.bind(history);
    const released = Promise.withResolvers<undefined>();
    vi.spyOn(history, 'append').mockImplementation(async (...args) => {
      await released.promise;
      return append(...args);
    });
    await expect(rooms.publish(room, 'a')).rejects.toMatchObject({ name: 'StoreTimeout' });
    released.resolve(undefined);
    await maggie.waitFor(({ type }) => type === 'message');
  });
});
