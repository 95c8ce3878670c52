import { expect, test, vi } from 'vitest';
import type { Bus } from '../bus/bus.ts';
import { createMemoryBus } from '../bus/memory-bus.ts';
import { createMemoryCluster, MemoryClusterStore } from '../cluster/cluster.ts';
import { newNode, quiet } from '../testing/new-node.ts';
import { everyMs, graceMs, join, pass, received, twoNodes, useFakeTimers } from '../testing/presence-nodes.ts';
import { createMemoryPresence, MemoryPresenceStore } from './memory-presence.ts';
import type { Presence } from './presence.ts';

useFakeTimers();

test('removes users who were present only on a node that has died', async () => {
  const bus = createMemoryBus();
  const presence = createMemoryPresence();
  let dead = false;
  const itsBus: Bus = {
    ...bus,
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
  const here = newNode({ bus, cluster: createMemoryCluster({ id: 'here' }) });
  const store = new MemoryClusterStore();
  store.add('here', () => undefined);
  const there = newNode({ bus, cluster: createMemoryCluster({ store }) });
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

test('serves rooms while the store is unavailable and sends the presence when it is available again', async () => {
  const store = new MemoryPresenceStore();
  const presence = createMemoryPresence(store);
  const bus = createMemoryBus();
  const here = newNode({ bus, presence });
  const there = newNode({ bus, presence });
  await join(there.connect('bart'));
  store.available = false;
  const lisa = here.connect('lisa');
  expect(await join(lisa)).toEqual([{ user: 'lisa', status: 'online' }]);
  store.available = true;
  await pass(1_000);
  expect(received(lisa)).toEqual(['general bart online']);
  expect(await here.rooms.present('general')).toHaveLength(2);
});

test('reports presence again to a store that has lost its data', async () => {
  let memory = createMemoryPresence();
  const presence: Presence = {
    leaseMs: memory.leaseMs,
    set: (node, views) => memory.set(node, views),
    list: (room) => memory.list(room),
    statusOf: (users) => memory.statusOf(users),
    renew: (node) => memory.renew(node),
    removeNode: (node) => memory.removeNode(node),
  };
  const bus = createMemoryBus();
  const here = newNode({ bus, presence });
  const there = newNode({ bus, presence });
  const [lisa, bart] = [here.connect('lisa'), there.connect('bart')];
  await join(lisa);
  await join(bart);
  memory = createMemoryPresence();
  bus.publish('presence:general', '9 online online homer');
  await pass(25);
  await pass(25);
  expect((await here.rooms.present('general')).map(({ user }) => user).toSorted()).toEqual(['bart', 'lisa']);
  await join(here.connect('homer'));
  await pass(25);
  for (const client of [lisa, bart]) expect(received(client)).toContain('general homer online');
});

test('returns the statuses of users on all nodes, independent of rooms, until the grace period of a drop ends', async () => {
  const { here, there } = await twoNodes();
  await pass(100);
  const statuses = async () => Object.fromEntries(await here.rooms.statusOf(['lisa', 'bart', 'homer']));
  expect(await statuses()).toEqual({ bart: 'online' });
  const [phone, laptop] = [here.connect('lisa'), there.connect('lisa')];
  phone.sendFrame({ type: 'away', away: true });
  await pass(100);
  expect(await statuses()).toEqual({ bart: 'online', lisa: 'online' });
  laptop.sendFrame({ type: 'away', away: true });
  await pass(100);
  expect(await statuses()).toEqual({ bart: 'online', lisa: 'away' });
  for (const lost of [phone, laptop]) lost.disconnect(1006);
  await pass(graceMs - 1);
  expect(await there.rooms.statusOf(['lisa'])).toEqual(new Map([['lisa', 'away']]));
  await pass(1);
  expect(await statuses()).toEqual({ bart: 'online' });
});

test('reports the connections that open and close within 100 ms to the store with one call', async () => {
  const { here } = await twoNodes();
  await pass(100);
  const set = vi.spyOn(here.presence, 'set');
  const users = Array.from({ length: 20 }, (_, index) => `user ${index}`);
  for (const user of users) {
    here.connect(user).disconnect(1006);
    await quiet();
  }
  await pass(100);
  expect(set).toHaveBeenCalledOnce();
  expect((await here.rooms.statusOf(users)).size).toBe(users.length);
});

test('removes the users of a node that disappears when its lease ends', async () => {
  const bus = createMemoryBus();
  const store = new MemoryPresenceStore({ leaseMs: 30_000 });
  const here = newNode({ bus, presence: createMemoryPresence(store) });
  let disappeared = false;
  const presence = createMemoryPresence(store);
  const lost = new Promise<never>(() => undefined);
  const lostAfter = <T>(call: () => Promise<T>): Promise<T> => (disappeared ? lost : call());
  const there = newNode({
    bus,
    presence: {
      ...presence,
      set: (node, views) => lostAfter(() => presence.set(node, views)),
      renew: (node) => lostAfter(() => presence.renew(node)),
    },
  });
  const bart = here.connect('bart');
  await join(bart);
  await join(there.connect('lisa'));
  await pass(10_000);
  const present = async () => (await here.rooms.present('general')).map(({ user }) => user).toSorted();
  expect(await present()).toEqual(['bart', 'lisa']);
  disappeared = true;
  await pass(25_000);
  expect(await present()).toEqual(['bart', 'lisa']);
  await pass(15_000);
  expect(await present()).toEqual(['bart']);
  expect([...(await here.rooms.statusOf(['bart', 'lisa'])).keys()]).toEqual(['bart']);
  expect(received(bart)).toContain('general lisa offline');
});

test('a node that was unreachable longer than its lease reports its users again', async () => {
  const bus = createMemoryBus();
  const store = new MemoryPresenceStore();
  const here = newNode({ bus, presence: createMemoryPresence(store) });
  const memory = createMemoryPresence(store);
  let isReachable = true;
  const whileReachable = <T>(call: () => Promise<T>): Promise<T> =>
    isReachable ? call() : Promise.reject(new Error('unreachable'));
  const there = newNode({
    bus,
    presence: {
      ...memory,
      set: (node, views) => whileReachable(() => memory.set(node, views)),
      renew: (node) => whileReachable(() => memory.renew(node)),
    },
  });
  const bart = here.connect('bart');
  await join(bart);
  await join(there.connect('lisa'));
  await pass(everyMs);
  isReachable = false;
  await pass(60_000);
  expect(received(bart).at(-1)).toBe('general lisa offline');
  isReachable = true;
  await pass(10_000);
  expect(received(bart).at(-1)).toBe('general lisa online');
});

test('a node that stops removes its users immediately, including those whose connections were dropped', async () => {
  const { here, there, bart } = await twoNodes();
  const [lisa, homer] = [here.connect('lisa'), here.connect('homer')];
  await join(lisa);
  await join(homer);
  await join(there.connect('homer'));
  await pass(everyMs);
  for (const client of [lisa, homer]) client.disconnect(1012);
  await here.rooms.stop();
  await quiet();
  expect(received(bart)).toEqual(['general lisa online', 'general homer online', 'general lisa offline']);
  expect((await there.rooms.present('general')).map(({ user }) => user).toSorted()).toEqual(['bart', 'homer']);
  expect([...(await there.rooms.statusOf(['lisa', 'homer'])).keys()]).toEqual(['homer']);
  await pass(60_000);
  expect(here.log.lines).toEqual([]);
});
