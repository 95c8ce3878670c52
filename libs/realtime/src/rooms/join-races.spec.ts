import { expect, test, vi } from 'vitest';
import type { History } from './history.ts';
import { createMemoryBus } from '../bus/memory-bus.ts';
import { createMemoryHistory } from './memory-history.ts';
import { eventually } from '../testing/eventually.ts';
import { liveSeqs, newKey, newNode, quiet, range, sendAll } from '../testing/new-node.ts';

/** A history that delays finished pages until the test releases them one by one. */
function held() {
  const memory = createMemoryHistory({ rooms: ['general'], keep: 5_000 });
  const pages: (() => void)[] = [];
  let holding = false;
  const history: History = {
    heads: memory.heads.bind(memory),
    append: memory.append.bind(memory),
    read: async (room, asked) => {
      const page = await memory.read(room, asked);
      if (holding) {
        await new Promise<void>((resolve) => {
          pages.push(resolve);
        });
      }
      return page;
    },
  };
  const say = (text: string) => memory.append('general', { user: 'homer', key: newKey(), text });
  return { history, memory, pages, say, hold: (on: boolean) => (holding = on) };
}

test('sends messages that were delivered during the read directly after the reply', async () => {
  const { history, pages, hold } = held();
  const node = newNode({ history });
  const maggie = node.connect('maggie');
  await maggie.request('join', { room: 'general' });
  await sendAll(maggie, 'general', ['a']);
  const bart = node.connect('bart');
  hold(true);
  const joining = bart.request('join', { room: 'general' });
  await quiet();
  await sendAll(maggie, 'general', ['b', 'c']);
  expect(liveSeqs(bart)).toEqual([]);
  pages[0]?.();
  expect((await joining)['data']).toMatchObject({ seq: 1 });
  expect(bart.frames.map(({ type, seq }) => seq ?? type)).toEqual(['welcome', 'reply', 2, 3]);
  await sendAll(maggie, 'general', ['d']);
  expect(liveSeqs(bart)).toEqual([2, 3, 4]);
  expect(pages).toHaveLength(1);
});

test('reads again for the one of two first members that has the older page', async () => {
  const { history, pages, say, hold } = held();
  const node = newNode({ history });
  const [maggie, bart] = [node.connect('maggie'), node.connect('bart')];
  hold(true);
  const older = maggie.request('join', { room: 'general' });
  await quiet();
  await say('missed by the bus');
  const newer = bart.request('join', { room: 'general' });
  await quiet();
  pages[1]?.();
  expect((await newer)['data']).toMatchObject({ seq: 1 });
  hold(false);
  pages[0]?.();
  expect((await older)['data']).toMatchObject({ seq: 1, messages: [{ seq: 1 }] });
  await sendAll(bart, 'general', ['b']);
  expect([liveSeqs(maggie), liveSeqs(bart)]).toEqual([[2], [2]]);
});

test('reads again when the replay buffer overflows during the read', async () => {
  const { history, pages, hold } = held();
  const node = newNode({ history, limits: { sendsPerSecond: 0 } });
  const maggie = node.connect('maggie');
  await maggie.request('join', { room: 'general' });
  const bart = node.connect('bart');
  hold(true);
  const joining = bart.request('join', { room: 'general' });
  await quiet();
  await sendAll(maggie, 'general', range(1, 1_100).map(String));
  hold(false);
  pages[0]?.();
  expect((await joining)['data']).toMatchObject({ seq: 1_100 });
  await sendAll(maggie, 'general', ['next']);
  expect(liveSeqs(bart)).toEqual([1_101]);
});

test('recovers a message of another node during the first read without waiting for the next message', async () => {
  const { history, pages, hold } = held();
  const bus = createMemoryBus();
  const there = newNode({ bus, history });
  const speaker = there.connect('maggie');
  await speaker.request('join', { room: 'general' });
  const here = newNode({ bus, history });
  const bart = here.connect('bart');
  hold(true);
  const joining = bart.request('join', { room: 'general' });
  await quiet();
  await sendAll(speaker, 'general', ['a']);
  hold(false);
  pages[0]?.();
  expect((await joining)['data']).toMatchObject({ seq: 0 });
  await bart.waitFor(({ type }) => type === 'message');
  expect(liveSeqs(bart)).toEqual([1]);
});

test('recovers messages that the bus lost during the first read', async () => {
  const { history, pages, hold, say } = held();
  const missed = vi.fn<() => void>();
  const here = newNode({
    history,
    bus: {
      publish: () => undefined,
      close: () => undefined,
      subscribe: (topic, { ready }) => {
        if (topic === 'room:general') missed.mockImplementation(ready ?? (() => undefined));
        return () => undefined;
      },
    },
  });
  const bart = here.connect('bart');
  hold(true);
  const joining = bart.request('join', { room: 'general' });
  await quiet();
  await say('before the subscription took hold');
  missed();
  hold(false);
  pages[0]?.();
  await joining;
  await bart.waitFor(({ type }) => type === 'message');
  expect(liveSeqs(bart)).toEqual([1]);
});

test('sends a rejoining member each message once while others send', async () => {
  const { history, pages, hold } = held();
  const node = newNode({ history });
  const [maggie, bart] = [node.connect('maggie'), node.connect('bart')];
  for (const client of [maggie, bart]) await client.request('join', { room: 'general' });
  await sendAll(maggie, 'general', ['a']);
  hold(true);
  const again = bart.request('join', { room: 'general', after: 1 });
  await quiet();
  await sendAll(maggie, 'general', ['b']);
  pages[0]?.();
  expect((await again)['data']).toMatchObject({ seq: 1, messages: [] });
  expect(liveSeqs(bart)).toEqual([1, 2]);
});

test('rejects a join whose buffer overflows at every attempt, and leaves the room', async () => {
  const { history, pages, hold } = held();
  const node = newNode({ history, limits: { sendsPerSecond: 0 } });
  const maggie = node.connect('maggie');
  await maggie.request('join', { room: 'general' });
  const bart = node.connect('bart');
  hold(true);
  const joining = bart.request('join', { room: 'general' });
  for (const attempt of range(0, 3)) {
    await eventually(() => {
      expect(pages).toHaveLength(attempt + 1);
    });
    await sendAll(maggie, 'general', range(1, 1_100).map(String));
    pages[attempt]?.();
  }
  expect(await joining).toMatchObject({ type: 'error', code: 'rate_limited', retryAfterMs: 1_000 });
  expect(node.rooms.members('general')).toEqual([{ user: 'maggie', connections: 1 }]);
  expect(node.rooms.list()).toEqual([{ room: 'general', connections: 1 }]);
  hold(false);
  expect((await bart.request('join', { room: 'general' })).type).toBe('reply');
});
