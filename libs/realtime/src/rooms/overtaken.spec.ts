import { expect, test, vi } from 'vitest';
import type { History } from './history.ts';
import { createMemoryBus } from '../bus/memory-bus.ts';
import { createMemoryHistory } from './memory-history.ts';
import { eventually } from '../testing/eventually.ts';
import { liveSeqs, newKey, newNode, quiet, range, sendAll } from '../testing/new-node.ts';

/** A history whose pages are held back, read already, until they are let go one by one. */
function held() {
  const memory = createMemoryHistory({ rooms: ['general'], keep: 5_000 });
  const pages: (() => void)[] = [];
  let holding = false;
  const history: History = {
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

test('what is delivered to others while a page is read comes right behind the reply', async () => {
  const { history, pages, hold } = held();
  const node = newNode({ history });
  const maggie = node.connect('maggie');
  await maggie.ask('join', { room: 'general' });
  await sendAll(maggie, 'general', ['a']);
  const bart = node.connect('bart');
  hold(true);
  const joining = bart.ask('join', { room: 'general' });
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

test('of two first ones, whoever read the older page reads again', async () => {
  const { history, pages, say, hold } = held();
  const node = newNode({ history });
  const [maggie, bart] = [node.connect('maggie'), node.connect('bart')];
  hold(true);
  const older = maggie.ask('join', { room: 'general' });
  await quiet();
  await say('nobody was told');
  const newer = bart.ask('join', { room: 'general' });
  await quiet();
  pages[1]?.();
  expect((await newer)['data']).toMatchObject({ seq: 1 });
  hold(false);
  pages[0]?.();
  expect((await older)['data']).toMatchObject({ seq: 1, messages: [{ seq: 1 }] });
  await sendAll(bart, 'general', ['b']);
  expect([liveSeqs(maggie), liveSeqs(bart)]).toEqual([[2], [2]]);
});

test('whoever is overtaken by more than is kept reads again', async () => {
  const { history, pages, hold } = held();
  const node = newNode({ history, limits: { sendsPerSecond: 0 } });
  const maggie = node.connect('maggie');
  await maggie.ask('join', { room: 'general' });
  const bart = node.connect('bart');
  hold(true);
  const joining = bart.ask('join', { room: 'general' });
  await quiet();
  await sendAll(maggie, 'general', range(1, 1_100).map(String));
  hold(false);
  pages[0]?.();
  expect((await joining)['data']).toMatchObject({ seq: 1_100 });
  await sendAll(maggie, 'general', ['next']);
  expect(liveSeqs(bart)).toEqual([1_101]);
});

test('what another node says while the first page of a room is read is not waited for until somebody speaks again', async () => {
  const { history, pages, hold } = held();
  const bus = createMemoryBus();
  const there = newNode({ bus, history });
  const speaker = there.connect('maggie');
  await speaker.ask('join', { room: 'general' });
  const here = newNode({ bus, history });
  const bart = here.connect('bart');
  hold(true);
  const joining = bart.ask('join', { room: 'general' });
  await quiet();
  await sendAll(speaker, 'general', ['a']);
  hold(false);
  pages[0]?.();
  expect((await joining)['data']).toMatchObject({ seq: 0 });
  await bart.until(({ type }) => type === 'message');
  expect(liveSeqs(bart)).toEqual([1]);
});

test('what was missed while the first page of a room is read is looked for', async () => {
  const { history, pages, hold, say } = held();
  const missed = vi.fn<() => void>();
  const here = newNode({
    history,
    bus: {
      publish: () => undefined,
      subscribe: (topic, _, onMissed) => {
        if (topic === 'room:general') missed.mockImplementation(onMissed ?? (() => undefined));
        return () => undefined;
      },
    },
  });
  const bart = here.connect('bart');
  hold(true);
  const joining = bart.ask('join', { room: 'general' });
  await quiet();
  await say('before the subscription took hold');
  missed();
  hold(false);
  pages[0]?.();
  await joining;
  await bart.until(({ type }) => type === 'message');
  expect(liveSeqs(bart)).toEqual([1]);
});

test('a member who joins again while others speak sees no message twice and misses none', async () => {
  const { history, pages, hold } = held();
  const node = newNode({ history });
  const [maggie, bart] = [node.connect('maggie'), node.connect('bart')];
  for (const client of [maggie, bart]) await client.ask('join', { room: 'general' });
  await sendAll(maggie, 'general', ['a']);
  hold(true);
  const again = bart.ask('join', { room: 'general', after: 1 });
  await quiet();
  await sendAll(maggie, 'general', ['b']);
  pages[0]?.();
  expect((await again)['data']).toMatchObject({ seq: 1, messages: [] });
  expect(liveSeqs(bart)).toEqual([1, 2]);
});

test('whoever is overtaken every time is refused in the end, and is not in the room', async () => {
  const { history, pages, hold } = held();
  const node = newNode({ history, limits: { sendsPerSecond: 0 } });
  const maggie = node.connect('maggie');
  await maggie.ask('join', { room: 'general' });
  const bart = node.connect('bart');
  hold(true);
  const joining = bart.ask('join', { room: 'general' });
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
  expect((await bart.ask('join', { room: 'general' })).type).toBe('reply');
});
