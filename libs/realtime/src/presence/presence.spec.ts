import { roomBounds } from '@usher/protocol/server';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Bus } from '../bus/bus.ts';
import { createMemoryBus } from '../bus/memory-bus.ts';
import { createMemoryCluster, MemoryClusterStore } from '../cluster/cluster.ts';
import { createMemoryPresence } from './memory-presence.ts';
import { type Presence, maxPresent } from './presence.ts';
import { type Client, newNode, quiet } from '../testing/new-node.ts';

const graceMs = 10_000;
/** After this time, the next change of a user in a room is sent immediately. */
const everyMs = roomBounds.presenceEveryMs;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
});

async function pass(ms: number): Promise<void> {
  await quiet();
  await vi.advanceTimersByTimeAsync(ms);
  await quiet();
}

/** A summary of the changes that a client received. */
function received(client: Client): string[] {
  return client
    .received('presence')
    .map(({ room, user, status }) => `${String(room)} ${String(user)} ${String(status)}`);
}

async function join(client: Client, room = 'general'): Promise<unknown> {
  const { data } = await client.request('join', { room });
  await quiet();
  return (data as { present: unknown }).present;
}

/** Two nodes. `bart` is in the room `general` on the second one and observes. */
async function looking() {
  const bus = createMemoryBus();
  const here = newNode({ bus });
  const there = newNode({ bus });
  const bart = there.connect('bart');
  await join(bart);
  return { bus, here, there, bart };
}

test('announces a new member to the room on every node, and lists them in the reply to their own join only', async () => {
  const { here, bart } = await looking();
  const lisa = here.connect('lisa');
  const elsewhere = here.connect('homer');
  await join(elsewhere, 'random');
  expect(await join(lisa)).toEqual([
    { user: 'lisa', status: 'online' },
    { user: 'bart', status: 'online' },
  ]);
  expect(received(bart)).toEqual(['general lisa online']);
  expect(received(lisa)).toEqual([]);
  expect(received(elsewhere)).toEqual([]);
});

test('shows a leave immediately', async () => {
  const { here, bart } = await looking();
  const lisa = here.connect('lisa');
  await join(lisa);
  await pass(everyMs);
  await lisa.request('leave', { room: 'general' });
  await quiet();
  expect(received(bart)).toEqual(['general lisa online', 'general lisa offline']);
  expect(await join(here.connect('homer'))).toEqual([
    { user: 'homer', status: 'online' },
    { user: 'bart', status: 'online' },
  ]);
});

test('shows a dropped connection until the grace period ends', async () => {
  const { here, bart } = await looking();
  const lisa = here.connect('lisa');
  await join(lisa);
  lisa.disconnect(1006);
  await pass(graceMs - 1);
  expect(received(bart)).toEqual(['general lisa online']);
  expect(await join(here.connect('homer'))).toContainEqual({ user: 'lisa', status: 'online' });
  await pass(1);
  expect(received(bart)).toEqual(['general lisa online', 'general homer online', 'general lisa offline']);
});

test.each(['the same node', 'the other node'])('shows no change for reloads onto %s', async (where) => {
  const { here, there, bart } = await looking();
  let lisa = here.connect('lisa');
  await join(lisa);
  for (let turn = 0; turn < 3; turn++) {
    lisa.disconnect();
    await pass(graceMs / 2);
    lisa = (where === 'the same node' || turn % 2 === 1 ? here : there).connect('lisa');
    await join(lisa);
    await pass(graceMs * 2);
  }
  expect(received(bart)).toEqual(['general lisa online']);
});

test('shows no change for a user who reconnects before the drop was detected, until they leave', async () => {
  const { here, there, bart } = await looking();
  const lost = here.connect('lisa');
  await join(lost);
  const back = there.connect('lisa');
  await join(back);
  await pass(35_000);
  lost.disconnect(1006);
  await quiet();
  await back.request('leave', { room: 'general' });
  await quiet();
  expect(received(bart)).toEqual(['general lisa online', 'general lisa offline']);
});

test('shows a user with two tabs once, on one node or two', async () => {
  const { here, there, bart } = await looking();
  const tabs = [here.connect('lisa'), here.connect('lisa'), there.connect('lisa')];
  for (const tab of tabs) await join(tab);
  for (const tab of tabs) {
    expect(received(bart)).toEqual(['general lisa online']);
    tab.disconnect();
    await pass(graceMs);
  }
  expect(received(bart)).toEqual(['general lisa online', 'general lisa offline']);
  expect(tabs.map(received)).toEqual([[], [], []]);
});

test('shows a user as away when all of their connections are, until the first is back', async () => {
  const { here, there, bart } = await looking();
  const [phone, laptop] = [here.connect('lisa'), there.connect('lisa')];
  await join(phone);
  await join(laptop);
  phone.sendFrame({ type: 'away', away: true });
  await pass(everyMs);
  expect(received(bart)).toEqual(['general lisa online']);
  laptop.sendFrame({ type: 'away', away: true });
  laptop.sendFrame({ type: 'away', away: true });
  await quiet();
  expect(received(bart).at(-1)).toBe('general lisa away');
  await pass(everyMs);
  phone.sendFrame({ type: 'away', away: false });
  await quiet();
  expect(received(bart)).toEqual(['general lisa online', 'general lisa away', 'general lisa online']);
  expect(received(laptop)).toEqual(['general lisa away', 'general lisa online']);
});

test('counts only connections that have joined the room', async () => {
  const { here, bart } = await looking();
  const inTheRoom = here.connect('lisa');
  const elsewhere = here.connect('lisa');
  await join(inTheRoom);
  await join(elsewhere, 'random');
  await pass(everyMs);
  inTheRoom.sendFrame({ type: 'away', away: true });
  await quiet();
  expect(received(bart)).toEqual(['general lisa online', 'general lisa away']);
});

test('shows a user as away who joins while away', async () => {
  const { here, bart } = await looking();
  const lisa = here.connect('lisa');
  lisa.sendFrame({ type: 'away', away: true });
  expect(await join(lisa)).toEqual([
    { user: 'lisa', status: 'away' },
    { user: 'bart', status: 'online' },
  ]);
  expect(received(bart)).toEqual(['general lisa away']);
  expect(received(lisa)).toEqual([]);
});

test('shows no intermediate status for a user who joins and becomes away again before it was sent', async () => {
  const memory = createMemoryPresence();
  let said: Promise<unknown> = Promise.resolve();
  const presence: Presence = { ...memory, set: (node, views) => said.then(() => memory.set(node, views)) };
  const bus = createMemoryBus();
  const [here, there] = [newNode({ bus, presence }), newNode({ bus, presence })];
  const phone = here.connect('lisa');
  phone.sendFrame({ type: 'away', away: true });
  await join(phone);
  const [bart, laptop] = [there.connect('bart'), there.connect('lisa')];
  const slow = Promise.withResolvers<undefined>();
  said = slow.promise;
  // The report for bart is in progress, so the one for maggie waits.
  await join(bart);
  const present = await join(laptop);
  laptop.sendFrame({ type: 'away', away: true });
  slow.resolve(undefined);
  await quiet();
  expect(present).toEqual([{ user: 'lisa', status: 'away' }]);
  expect(received(laptop)).toEqual(['general bart online']);
});

test('keeps a user online for the grace period when their only attentive connection drops, then away', async () => {
  const { here, bart } = await looking();
  const [attentive, away] = [here.connect('lisa'), here.connect('lisa')];
  away.sendFrame({ type: 'away', away: true });
  await join(attentive);
  await join(away);
  attentive.disconnect();
  await pass(graceMs - 1);
  expect(received(bart)).toEqual(['general lisa online']);
  await pass(1);
  expect(received(bart)).toEqual(['general lisa online', 'general lisa away']);
});

test('shows a removal immediately, on every node', async () => {
  const { here, there, bart } = await looking();
  await join(here.connect('lisa'));
  await join(there.connect('lisa'));
  await pass(everyMs);
  here.rooms.remove('general', 'lisa', 'not_found');
  await quiet();
  expect(received(bart)).toEqual(['general lisa online', 'general lisa offline']);
});

test.each(['the same node', 'the other node'])(
  'does not hold the status of a user who reconnects to %s, is away and then leaves',
  async (where) => {
    const { here, there, bart } = await looking();
    const lost = here.connect('lisa');
    await join(lost);
    lost.disconnect(1006);
    const back = (where === 'the same node' ? here : there).connect('lisa');
    back.sendFrame({ type: 'away', away: true });
    await join(back);
    await pass(graceMs / 2);
    expect(received(bart)).toEqual(['general lisa online']);
    await back.request('leave', { room: 'general' });
    await quiet();
    expect(received(bart)).toEqual(['general lisa online', 'general lisa offline']);
  },
);

test.each(['session_ended', 'closed_by_operator'] as const)('shows a close with %s immediately', async (name) => {
  const { here, there, bart } = await looking();
  const dropped = there.connect('lisa');
  await join(dropped);
  dropped.disconnect(1006);
  await quiet();
  const lisa = here.connect('lisa');
  await join(lisa);
  await pass(everyMs);
  here.connections.close({ id: lisa.connection.id }, name);
  await quiet();
  expect(received(bart)).toEqual(['general lisa online', 'general lisa offline']);
});

test('shows no change for users who reconnect in time after a server restart', async () => {
  const { here, there, bart } = await looking();
  await join(here.connect('lisa'));
  await here.connections.drain(0);
  await pass(graceMs / 2);
  await join(there.connect('lisa'));
  await pass(graceMs);
  expect(received(bart)).toEqual(['general lisa online']);
});

test('removes users who were present only on a node that has died', async () => {
  const bus = createMemoryBus();
  const presence = createMemoryPresence();
  let dead = false;
  const itsBus: Bus = {
    publish: bus.publish.bind(bus),
    close: () => undefined,
    subscribe: (topic, subscriber) =>
      bus.subscribe(topic, {
        ...subscriber,
        message: (payload) => {
          if (!dead) subscriber.message(payload);
        },
      }),
  };
  const store = new MemoryClusterStore();
  const dying = newNode({ bus: itsBus, presence, cluster: createMemoryCluster({ store, id: 'dying' }) });
  const here = newNode({ bus, presence, cluster: createMemoryCluster({ store }) });
  const bart = here.connect('bart');
  await join(bart);
  await join(dying.connect('lisa'));
  await join(dying.connect('homer'));
  await join(here.connect('homer'));
  await pass(everyMs);
  dead = true;
  store.remove('dying');
  await quiet();
  expect(received(bart)).toEqual(['general lisa online', 'general homer online', 'general lisa offline']);
});

test('restores the presence of a node that was removed by mistake', async () => {
  const bus = createMemoryBus();
  const presence = createMemoryPresence();
  const here = newNode({ bus, presence, cluster: createMemoryCluster({ id: 'here' }) });
  const store = new MemoryClusterStore();
  store.add('here', () => undefined);
  const there = newNode({ bus, presence, cluster: createMemoryCluster({ store }) });
  const [lisa, bart] = [here.connect('lisa'), there.connect('bart')];
  await join(bart);
  await join(lisa);
  await pass(everyMs);
  store.remove('here');
  await pass(everyMs);
  expect(await here.rooms.present('general')).toContainEqual({ user: 'lisa', status: 'online' });
  expect(received(bart)).toEqual(['general lisa online', 'general lisa offline', 'general lisa online']);
  expect(received(lisa)).not.toContain('general lisa offline');
});

test('recovers lost changes when a later one reveals the gap', async () => {
  const inner = createMemoryBus();
  let lose = false;
  const bus = {
    publish: (topic: string, payload: string) => {
      if (!lose || !topic.startsWith('presence:')) inner.publish(topic, payload);
    },
    subscribe: inner.subscribe.bind(inner),
    close: () => undefined,
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
  const bus = {
    publish: (topic: string, payload: string) => {
      held.push(() => {
        inner.publish(topic, payload);
      });
    },
    subscribe: inner.subscribe.bind(inner),
    close: () => undefined,
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

test('serves rooms while the store is unavailable and sends the presence when it is available again', async () => {
  const memory = createMemoryPresence();
  let away = false;
  const guarded = <T>(call: () => Promise<T>): Promise<T> => (away ? Promise.reject(new Error('away')) : call());
  const presence: Presence = {
    set: (node, views) => guarded(() => memory.set(node, views)),
    list: (room) => guarded(() => memory.list(room)),
    forget: (node) => guarded(() => memory.forget(node)),
  };
  const bus = createMemoryBus();
  const here = newNode({ bus, presence });
  const there = newNode({ bus, presence });
  await join(there.connect('bart'));
  away = true;
  const lisa = here.connect('lisa');
  expect(await join(lisa)).toEqual([{ user: 'lisa', status: 'online' }]);
  away = false;
  await pass(1_000);
  expect(received(lisa)).toEqual(['general bart online']);
  expect(await here.rooms.present('general')).toHaveLength(2);
});

test('reports presence again to a store that has lost its data', async () => {
  let memory = createMemoryPresence();
  const presence: Presence = {
    set: (node, views) => memory.set(node, views),
    list: (room) => memory.list(room),
    forget: (node) => memory.forget(node),
  };
  const bus = createMemoryBus();
  const here = newNode({ bus, presence });
  const there = newNode({ bus, presence });
  const [lisa, bart] = [here.connect('lisa'), there.connect('bart')];
  await join(lisa);
  await join(bart);
  memory = createMemoryPresence();
  bus.publish('presence:general', '9 online online nobody');
  await pass(25);
  await pass(25);
  expect((await here.rooms.present('general')).map(({ user }) => user).toSorted()).toEqual(['bart', 'lisa']);
  await join(here.connect('homer'));
  await pass(25);
  for (const client of [lisa, bart]) expect(received(client)).toContain('general homer online');
});

test('sends no changes in a room with too many users', async () => {
  const { here, bart } = await looking();
  const crowd = Array.from({ length: maxPresent - 1 }, (_, index) => ({
    room: 'general',
    user: `user ${index}`,
    live: 'online' as const,
    held: 'offline' as const,
    left: false,
  }));
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

test('returns the status of a user on this node, independent of rooms', () => {
  const { rooms, connect } = newNode();
  expect(rooms.statusOf('lisa')).toBe('offline');
  const [phone, laptop] = [connect('lisa'), connect('lisa')];
  phone.sendFrame({ type: 'away', away: true });
  expect(rooms.statusOf('lisa')).toBe('online');
  laptop.sendFrame({ type: 'away', away: true });
  expect(rooms.statusOf('lisa')).toBe('away');
});

describe('changes of one user in one room', () => {
  test('are sent once per 500 ms on every node: the first immediately, the last status at the end', async () => {
    const { here, there, bart } = await looking();
    const lisa = here.connect('lisa');
    const homer = here.connect('homer');
    await join(homer);
    await join(lisa);
    expect(received(bart)).toEqual(['general homer online', 'general lisa online']);
    await pass(everyMs);
    for (let n = 0; n < 25; n++) lisa.sendFrame({ type: 'away', away: n % 2 === 0 });
    await pass(everyMs - 1);
    expect(received(bart)).toHaveLength(3);
    for (let n = 0; n < 11; n++) lisa.sendFrame({ type: 'away', away: n % 2 === 1 });
    await pass(1);
    const expected = ['general homer online', 'general lisa online', 'general lisa away', 'general lisa online'];
    expect(received(bart)).toEqual(expected);
    await pass(10 * everyMs);
    expect(received(bart)).toEqual(expected);
    expect(received(homer)).toEqual(expected.slice(1));
    expect(there.log.lines).toEqual([]);
  });

  test('are not sent if the status returns within the interval', async () => {
    const { here, bart } = await looking();
    const lisa = here.connect('lisa');
    await join(lisa);
    await lisa.request('leave', { room: 'general' });
    await join(lisa);
    await pass(10 * everyMs);
    expect(received(bart)).toEqual(['general lisa online']);
  });

  test('are coalesced across two connections on two nodes', async () => {
    const { here, there, bart } = await looking();
    const lisas = [here.connect('lisa'), there.connect('lisa')];
    for (const lisa of lisas) await join(lisa);
    await pass(everyMs);
    const before = received(bart).length;
    const until = performance.now() + 5_000;
    for (let n = 0; performance.now() < until; n++) {
      for (const lisa of lisas) lisa.sendFrame({ type: 'away', away: n % 2 === 0 });
      await pass(70);
    }
    await pass(everyMs);
    expect(received(bart).length - before).toBeLessThanOrEqual(5_000 / everyMs + 1);
    expect(received(bart).at(-1)).toBe(`general lisa ${here.rooms.statusOf('lisa')}`);
  });

  test('are listed to a member who joins within the interval, who also receives a return to the earlier status', async () => {
    const { here, there, bart } = await looking();
    const lisa = here.connect('lisa');
    await join(lisa);
    await lisa.request('leave', { room: 'general' });
    const [maggie, homer] = [there.connect('maggie'), there.connect('homer')];
    expect(await join(maggie)).toEqual([
      { user: 'maggie', status: 'online' },
      { user: 'bart', status: 'online' },
    ]);
    await join(lisa);
    expect(await join(homer)).toContainEqual({ user: 'lisa', status: 'online' });
    await pass(everyMs);
    expect(received(maggie)).toEqual(['general homer online', 'general lisa online']);
    expect(received(bart).filter((line) => line.includes('lisa'))).toEqual(['general lisa online']);
    expect(received(homer)).toEqual([]);
  });

  test('are removed from the list for others in time when the user leaves again within the interval', async () => {
    const { here, there, bart } = await looking();
    const lisa = here.connect('lisa');
    await join(lisa);
    await lisa.request('leave', { room: 'general' });
    const maggie = there.connect('maggie');
    expect(await join(maggie)).not.toContainEqual({ user: 'lisa', status: 'online' });
    await pass(everyMs);
    expect(received(bart)).toEqual(['general lisa online', 'general maggie online', 'general lisa offline']);
  });
});

test.each(['', 'nonsense', '1 online offline', '1 here online lisa', 'x online away lisa'])(
  'logs and ignores the invalid bus payload %j',
  async (payload) => {
    const { bus, there, bart } = await looking();
    bus.publish('presence:general', payload);
    await pass(1_000);
    expect(received(bart)).toEqual([]);
    expect(there.log.lines).toEqual(['warn invalid presence payload on the bus']);
  },
);
