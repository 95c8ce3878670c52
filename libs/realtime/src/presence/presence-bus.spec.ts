import { expect, test, vi } from 'vitest';
import type { Bus } from '../bus/bus.ts';
import { createMemoryBus } from '../bus/memory-bus.ts';
import { newNode, quiet } from '../testing/new-node.ts';
import { everyMs, graceMs, join, pass, received, twoNodes, useFakeTimers } from '../testing/presence-nodes.ts';
import { createMemoryPresence } from './memory-presence.ts';
import { maxPresent, type Presence, type PresenceView } from './presence.ts';
import { isPublished, publishPresence } from './room-presence.ts';

useFakeTimers();

test('recovers lost changes when a later one reveals the gap', async () => {
  const inner = createMemoryBus();
  let lose = false;
  const bus: typeof inner = {
    ...inner,
    publish: (topic, payload) => {
      if (!lose || !topic.startsWith('presence:')) inner.publish(topic, payload);
    },
  };
  const presence = createMemoryPresence();
  const here = newNode({ bus, presence });
  const there = newNode({ bus, presence });
  const bart = there.connect('bart');
  await join(bart);
  lose = true;
  const lisa = here.connect('lisa');
  await join(lisa);
  await join(here.connect('homer'));
  await lisa.request('leave', { room: 'general' });
  await quiet();
  expect(received(bart)).toEqual([]);
  lose = false;
  await join(here.connect('maggie'));
  await pass(25);
  expect(received(bart).toSorted()).toEqual(['general homer online', 'general maggie online']);
});

test('applies changes in version order when the bus reorders them', async () => {
  const inner = createMemoryBus();
  const held: (() => void)[] = [];
  const bus: typeof inner = {
    ...inner,
    publish: (topic, payload) => {
      held.push(() => {
        inner.publish(topic, payload);
      });
    },
  };
  const presence = createMemoryPresence();
  const here = newNode({ bus, presence });
  const there = newNode({ bus, presence });
  const bart = there.connect('bart');
  await join(bart);
  held.length = 0;
  const lisa = here.connect('lisa');
  await join(lisa);
  lisa.sendFrame({ type: 'away', away: true });
  await quiet();
  await lisa.request('leave', { room: 'general' });
  await quiet();
  for (const index of [2, 0, 0, 1]) held[index]?.();
  await pass(everyMs);
  expect(received(bart)).toEqual(['general lisa online', 'general lisa offline']);
});

test('sends no changes in a room with too many users', async () => {
  const { here, bart } = await twoNodes();
  const crowd = Array.from({ length: maxPresent - 1 }, (_, index) => ({
    room: 'general',
    user: `user ${index}`,
    live: 'online' as const,
    held: 'offline' as const,
    heldForMs: 0,
    left: false,
  }));
  await here.presence.renew('yonder');
  await here.presence.set('yonder', crowd);
  const lisa = here.connect('lisa');
  const present = (await join(lisa)) as { user: string }[];
  expect(present).toHaveLength(maxPresent);
  expect(present[0]).toEqual({ user: 'lisa', status: 'online' });
  const homer = here.connect('homer');
  await join(homer);
  await homer.request('leave', { room: 'general' });
  await pass(graceMs);
  expect([received(lisa), received(bart)]).toEqual([[], []]);
});

test('publishes no changes of a room with too many users, and lists recent users to those who join', async () => {
  const bus = createMemoryBus();
  const published = vi.spyOn(bus, 'publish');
  const presence = createMemoryPresence();
  const [here, there] = [newNode({ bus, presence }), newNode({ bus, presence })];
  const [bart, maggie] = [here.connect('bart'), there.connect('maggie')];
  await join(bart);
  await join(maggie);
  const crowd = Array.from({ length: maxPresent - 1 }, (_, index) => online(`user ${index}`));
  await setOnThirdNode(bus, presence, crowd);
  await join(here.connect('lisa'));
  await pass(10_000);
  published.mockClear();
  const homer = here.connect('homer');
  await join(homer);
  homer.sendFrame({ type: 'away', away: true });
  await homer.request('leave', { room: 'general' });
  await pass(graceMs);
  expect(published.mock.calls.filter(([topic]) => topic === 'presence:general')).toEqual([]);
  await setOnThirdNode(bus, presence, crowd.slice(0, 1).map(offline));
  await pass(10_000);
  const present = (await join(there.connect('lenny'))) as { user: string }[];
  expect(present.map(({ user }) => user)).not.toContain('user 0');
  expect(present.map(({ user }) => user)).toEqual(expect.arrayContaining(['bart', 'maggie', 'user 200']));
});

test('sends changes again when a crowded room has fewer users', async () => {
  const bus = createMemoryBus();
  const presence = createMemoryPresence();
  const [here, there] = [newNode({ bus, presence }), newNode({ bus, presence })];
  const crowd = Array.from({ length: maxPresent - 1 }, (_, index) => online(`user ${index}`));
  await setOnThirdNode(bus, presence, crowd);
  const [bart, lisa] = [there.connect('bart'), here.connect('lisa')];
  await join(bart);
  await join(lisa);
  await join(here.connect('maggie'));
  await pass(everyMs);
  expect(received(bart)).toEqual([]);
  await setOnThirdNode(bus, presence, crowd.slice(0, 10).map(offline));
  await pass(everyMs);
  expect(received(bart)).toContain('general user 1 offline');
  await join(here.connect('homer'));
  await pass(everyMs);
  expect(received(bart).at(-1)).toBe('general homer online');
});

test.each(['', 'nonsense', '1 online offline', '1 here online lisa', 'x online away lisa'])(
  'logs and ignores the invalid bus payload %j',
  async (payload) => {
    const { bus, there, bart } = await twoNodes();
    bus.publish('presence:general', payload);
    await pass(1_000);
    expect(received(bart)).toEqual([]);
    expect(there.log.lines).toEqual(['warn invalid presence payload on the bus']);
  },
);

/** What a third node does: sets views and publishes the changes. */
async function setOnThirdNode(bus: Bus, presence: Presence, views: readonly PresenceView[]): Promise<void> {
  await presence.renew('third');
  for (const change of await presence.set('third', views)) if (isPublished(change)) publishPresence(bus, change);
}

function offline(view: PresenceView): PresenceView {
  return { ...view, live: 'offline' };
}

function online(user: string): PresenceView {
  return { room: 'general', user, live: 'online', held: 'offline', heldForMs: 0, left: false };
}
