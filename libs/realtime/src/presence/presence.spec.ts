import { roomBounds } from '@usher/protocol/server';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Bus } from '../bus/bus.ts';
import { createMemoryBus } from '../bus/memory-bus.ts';
import { createMemoryPresence } from './memory-presence.ts';
import { type Presence, presentAtMost } from './presence.ts';
import { type Client, newNode, quiet } from '../testing/new-node.ts';

const graceMs = 10_000;
/** After this a further change of one person in one room is told at once. */
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

/** What a client was told of others, and of itself, in short. */
function told(client: Client): string[] {
  return client.of('presence').map(({ room, user, status }) => `${String(room)} ${String(user)} ${String(status)}`);
}

async function join(client: Client, room = 'general'): Promise<unknown> {
  const { data } = await client.ask('join', { room });
  await quiet();
  return (data as { present: unknown }).present;
}

/** Two nodes, with `bart` in the room `general` of the second, who looks on. */
async function looking() {
  const bus = createMemoryBus();
  const here = newNode({ bus });
  const there = newNode({ bus });
  const bart = there.connect('bart');
  await join(bart);
  return { bus, here, there, bart };
}

test('whoever comes is told to everybody in the room on every node, and listed in the reply to their own join only', async () => {
  const { here, bart } = await looking();
  const lisa = here.connect('lisa');
  const elsewhere = here.connect('homer');
  await join(elsewhere, 'random');
  expect(await join(lisa)).toEqual([
    { user: 'lisa', status: 'online' },
    { user: 'bart', status: 'online' },
  ]);
  expect(told(bart)).toEqual(['general lisa online']);
  expect(told(lisa)).toEqual([]);
  expect(told(elsewhere)).toEqual([]);
});

test('a leave shows at once', async () => {
  const { here, bart } = await looking();
  const lisa = here.connect('lisa');
  await join(lisa);
  await pass(everyMs);
  await lisa.ask('leave', { room: 'general' });
  await quiet();
  expect(told(bart)).toEqual(['general lisa online', 'general lisa offline']);
  expect(await join(here.connect('homer'))).toEqual([
    { user: 'homer', status: 'online' },
    { user: 'bart', status: 'online' },
  ]);
});

test('a connection that dropped is shown until the grace is over', async () => {
  const { here, bart } = await looking();
  const lisa = here.connect('lisa');
  await join(lisa);
  lisa.hangUp(1006);
  await pass(graceMs - 1);
  expect(told(bart)).toEqual(['general lisa online']);
  expect(await join(here.connect('homer'))).toContainEqual({ user: 'lisa', status: 'online' });
  await pass(1);
  expect(told(bart)).toEqual(['general lisa online', 'general homer online', 'general lisa offline']);
});

test.each(['the same node', 'the other node'])('a reload onto %s shows nothing, however often', async (where) => {
  const { here, there, bart } = await looking();
  let lisa = here.connect('lisa');
  await join(lisa);
  for (let turn = 0; turn < 3; turn++) {
    lisa.hangUp();
    await pass(graceMs / 2);
    lisa = (where === 'the same node' || turn % 2 === 1 ? here : there).connect('lisa');
    await join(lisa);
    await pass(graceMs * 2);
  }
  expect(told(bart)).toEqual(['general lisa online']);
});

test('whoever is back elsewhere before the drop was noticed shows nothing, and is gone when they leave', async () => {
  const { here, there, bart } = await looking();
  const lost = here.connect('lisa');
  await join(lost);
  const back = there.connect('lisa');
  await join(back);
  await pass(35_000);
  lost.hangUp(1006);
  await quiet();
  await back.ask('leave', { room: 'general' });
  await quiet();
  expect(told(bart)).toEqual(['general lisa online', 'general lisa offline']);
});

test('a person with two tabs is one presence, on one node or two', async () => {
  const { here, there, bart } = await looking();
  const tabs = [here.connect('lisa'), here.connect('lisa'), there.connect('lisa')];
  for (const tab of tabs) await join(tab);
  for (const tab of tabs) {
    expect(told(bart)).toEqual(['general lisa online']);
    tab.hangUp();
    await pass(graceMs);
  }
  expect(told(bart)).toEqual(['general lisa online', 'general lisa offline']);
  expect(tabs.map(told)).toEqual([[], [], []]);
});

test('a person is away when all of their connections are, and back with the first', async () => {
  const { here, there, bart } = await looking();
  const [phone, laptop] = [here.connect('lisa'), there.connect('lisa')];
  await join(phone);
  await join(laptop);
  phone.say({ type: 'away', away: true });
  await pass(everyMs);
  expect(told(bart)).toEqual(['general lisa online']);
  laptop.say({ type: 'away', away: true });
  laptop.say({ type: 'away', away: true });
  await quiet();
  expect(told(bart).at(-1)).toBe('general lisa away');
  await pass(everyMs);
  phone.say({ type: 'away', away: false });
  await quiet();
  expect(told(bart)).toEqual(['general lisa online', 'general lisa away', 'general lisa online']);
  expect(told(laptop)).toEqual(['general lisa away', 'general lisa online']);
});

test('only the connections that joined the room count there', async () => {
  const { here, bart } = await looking();
  const inTheRoom = here.connect('lisa');
  const elsewhere = here.connect('lisa');
  await join(inTheRoom);
  await join(elsewhere, 'random');
  await pass(everyMs);
  inTheRoom.say({ type: 'away', away: true });
  await quiet();
  expect(told(bart)).toEqual(['general lisa online', 'general lisa away']);
});

test('whoever is away when they join comes as away', async () => {
  const { here, bart } = await looking();
  const lisa = here.connect('lisa');
  lisa.say({ type: 'away', away: true });
  expect(await join(lisa)).toEqual([
    { user: 'lisa', status: 'away' },
    { user: 'bart', status: 'online' },
  ]);
  expect(told(bart)).toEqual(['general lisa away']);
  expect(told(lisa)).toEqual([]);
});

test('whoever joins while they are away elsewhere, and is away again before anybody heard, has seen nothing else', async () => {
  const memory = createMemoryPresence();
  let said: Promise<unknown> = Promise.resolve();
  const presence: Presence = { ...memory, set: (node, views) => said.then(() => memory.set(node, views)) };
  const bus = createMemoryBus();
  const [here, there] = [newNode({ bus, presence }), newNode({ bus, presence })];
  const phone = here.connect('lisa');
  phone.say({ type: 'away', away: true });
  await join(phone);
  const [bart, laptop] = [there.connect('bart'), there.connect('lisa')];
  const slow = Promise.withResolvers<undefined>();
  said = slow.promise;
  // What he says is under way, so what she says waits.
  await join(bart);
  const present = await join(laptop);
  laptop.say({ type: 'away', away: true });
  slow.resolve(undefined);
  await quiet();
  expect(present).toEqual([{ user: 'lisa', status: 'away' }]);
  expect(told(laptop)).toEqual(['general bart online']);
});

test('when the only attentive connection drops, the person stays online for the grace and is away then', async () => {
  const { here, bart } = await looking();
  const [attentive, away] = [here.connect('lisa'), here.connect('lisa')];
  away.say({ type: 'away', away: true });
  await join(attentive);
  await join(away);
  attentive.hangUp();
  await pass(graceMs - 1);
  expect(told(bart)).toEqual(['general lisa online']);
  await pass(1);
  expect(told(bart)).toEqual(['general lisa online', 'general lisa away']);
});

test('a removal shows at once, on every node', async () => {
  const { here, there, bart } = await looking();
  await join(here.connect('lisa'));
  await join(there.connect('lisa'));
  await pass(everyMs);
  here.rooms.remove('general', 'lisa', 'not_found');
  await quiet();
  expect(told(bart)).toEqual(['general lisa online', 'general lisa offline']);
});

test.each(['the same node', 'the other node'])(
  'whoever is back on %s, looking elsewhere, and then goes is held no more',
  async (where) => {
    const { here, there, bart } = await looking();
    const lost = here.connect('lisa');
    await join(lost);
    lost.hangUp(1006);
    const back = (where === 'the same node' ? here : there).connect('lisa');
    back.say({ type: 'away', away: true });
    await join(back);
    await pass(graceMs / 2);
    expect(told(bart)).toEqual(['general lisa online']);
    await back.ask('leave', { room: 'general' });
    await quiet();
    expect(told(bart)).toEqual(['general lisa online', 'general lisa offline']);
  },
);

test.each(['session_ended', 'closed_by_operator'] as const)('a close with %s shows at once', async (name) => {
  const { here, there, bart } = await looking();
  const dropped = there.connect('lisa');
  await join(dropped);
  dropped.hangUp(1006);
  await quiet();
  const lisa = here.connect('lisa');
  await join(lisa);
  await pass(everyMs);
  here.connections.close({ id: lisa.connection.id }, name);
  await quiet();
  expect(told(bart)).toEqual(['general lisa online', 'general lisa offline']);
});

test('a restart of the server shows nothing of those who come back in time', async () => {
  const { here, there, bart } = await looking();
  await join(here.connect('lisa'));
  await here.connections.drain(0);
  await pass(graceMs / 2);
  await join(there.connect('lisa'));
  await pass(graceMs);
  expect(told(bart)).toEqual(['general lisa online']);
});

test('when a node died, those who were there alone are gone', async () => {
  const bus = createMemoryBus();
  const presence = createMemoryPresence();
  let dead = false;
  const itsBus: Bus = {
    publish: bus.publish.bind(bus),
    subscribe: (topic, receive) =>
      bus.subscribe(topic, (payload) => {
        if (!dead) receive(payload);
      }),
  };
  const dying = newNode({ bus: itsBus, presence, node: 'dying' });
  const here = newNode({ bus, presence });
  const bart = here.connect('bart');
  await join(bart);
  await join(dying.connect('lisa'));
  await join(dying.connect('homer'));
  await join(here.connect('homer'));
  await pass(everyMs);
  dead = true;
  await here.rooms.forget('dying');
  await quiet();
  expect(told(bart)).toEqual(['general lisa online', 'general homer online', 'general lisa offline']);
});

test('a node that was taken for dead says again who is there', async () => {
  const bus = createMemoryBus();
  const here = newNode({ bus, node: 'here' });
  const there = newNode({ bus, node: 'there' });
  const [lisa, bart] = [here.connect('lisa'), there.connect('bart')];
  await join(bart);
  await join(lisa);
  await pass(everyMs);
  await there.rooms.forget('here');
  await pass(everyMs);
  expect(await here.rooms.present('general')).toContainEqual({ user: 'lisa', status: 'online' });
  expect(told(bart)).toEqual(['general lisa online', 'general lisa offline', 'general lisa online']);
  expect(told(lisa)).not.toContain('general lisa offline');
});

test('changes that the bus loses are told when a later one shows the hole', async () => {
  const inner = createMemoryBus();
  let lose = false;
  const bus = {
    publish: (topic: string, payload: string) => {
      if (!lose || !topic.startsWith('presence:')) inner.publish(topic, payload);
    },
    subscribe: inner.subscribe.bind(inner),
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
  await lisa.ask('leave', { room: 'general' });
  await quiet();
  expect(told(bart)).toEqual([]);
  lose = false;
  await join(here.connect('maggie'));
  await pass(25);
  expect(told(bart).toSorted()).toEqual(['general homer online', 'general maggie online']);
});

test('changes that the bus brings in the wrong order are taken in theirs', async () => {
  const inner = createMemoryBus();
  const held: (() => void)[] = [];
  const bus = {
    publish: (topic: string, payload: string) => {
      held.push(() => {
        inner.publish(topic, payload);
      });
    },
    subscribe: inner.subscribe.bind(inner),
  };
  const presence = createMemoryPresence();
  const here = newNode({ bus, presence });
  const there = newNode({ bus, presence });
  const bart = there.connect('bart');
  await join(bart);
  held.length = 0;
  const lisa = here.connect('lisa');
  await join(lisa);
  lisa.say({ type: 'away', away: true });
  await quiet();
  await lisa.ask('leave', { room: 'general' });
  await quiet();
  for (const index of [2, 0, 0, 1]) held[index]?.();
  await pass(everyMs);
  expect(told(bart)).toEqual(['general lisa online', 'general lisa offline']);
});

test('with the store out of reach rooms work, and what is not known yet is told when it is back', async () => {
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
  expect(told(lisa)).toEqual(['general bart online']);
  expect(await here.rooms.present('general')).toHaveLength(2);
});

test('a store that has begun anew is told again who is there', async () => {
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
  for (const client of [lisa, bart]) expect(told(client)).toContain('general homer online');
});

test('of a crowd nobody is told who comes and goes', async () => {
  const { here, bart } = await looking();
  const crowd = Array.from({ length: presentAtMost - 1 }, (_, index) => ({
    room: 'general',
    user: `user ${index}`,
    live: 'online' as const,
    held: 'offline' as const,
    left: false,
  }));
  await here.presence.set('yonder', crowd);
  const lisa = here.connect('lisa');
  const present = (await join(lisa)) as { user: string }[];
  expect(present).toHaveLength(presentAtMost);
  expect(present[0]).toEqual({ user: 'lisa', status: 'online' });
  const homer = here.connect('homer');
  await join(homer);
  await homer.ask('leave', { room: 'general' });
  await pass(graceMs);
  expect([told(lisa), told(bart)]).toEqual([[], []]);
});

test('a person has a status on this node, in whatever room or in none', () => {
  const { rooms, connect } = newNode();
  expect(rooms.statusOf('lisa')).toBe('offline');
  const [phone, laptop] = [connect('lisa'), connect('lisa')];
  phone.say({ type: 'away', away: true });
  expect(rooms.statusOf('lisa')).toBe('online');
  laptop.say({ type: 'away', away: true });
  expect(rooms.statusOf('lisa')).toBe('away');
});

describe('of one person in one room', () => {
  test('one change is told per 500 ms: the first at once, the last state at the end, on every node', async () => {
    const { here, there, bart } = await looking();
    const lisa = here.connect('lisa');
    const homer = here.connect('homer');
    await join(homer);
    await join(lisa);
    expect(told(bart)).toEqual(['general homer online', 'general lisa online']);
    await pass(everyMs);
    for (let n = 0; n < 25; n++) lisa.say({ type: 'away', away: n % 2 === 0 });
    await pass(everyMs - 1);
    expect(told(bart)).toHaveLength(3);
    for (let n = 0; n < 11; n++) lisa.say({ type: 'away', away: n % 2 === 1 });
    await pass(1);
    const expected = ['general homer online', 'general lisa online', 'general lisa away', 'general lisa online'];
    expect(told(bart)).toEqual(expected);
    await pass(10 * everyMs);
    expect(told(bart)).toEqual(expected);
    expect(told(homer)).toEqual(expected.slice(1));
    expect(there.log.lines).toEqual([]);
  });

  test('a state that is back within the time is not told at all', async () => {
    const { here, bart } = await looking();
    const lisa = here.connect('lisa');
    await join(lisa);
    await lisa.ask('leave', { room: 'general' });
    await join(lisa);
    await pass(10 * everyMs);
    expect(told(bart)).toEqual(['general lisa online']);
  });

  test('the changes that two connections on two nodes make count together', async () => {
    const { here, there, bart } = await looking();
    const lisas = [here.connect('lisa'), there.connect('lisa')];
    for (const lisa of lisas) await join(lisa);
    await pass(everyMs);
    const before = told(bart).length;
    const until = performance.now() + 5_000;
    for (let n = 0; performance.now() < until; n++) {
      for (const lisa of lisas) lisa.say({ type: 'away', away: n % 2 === 0 });
      await pass(70);
    }
    await pass(everyMs);
    expect(told(bart).length - before).toBeLessThanOrEqual(5_000 / everyMs + 1);
    expect(told(bart).at(-1)).toBe(`general lisa ${here.rooms.statusOf('lisa')}`);
  });

  test('a member who joins meanwhile is listed the current state, and told if it returns to the earlier one', async () => {
    const { here, there, bart } = await looking();
    const lisa = here.connect('lisa');
    await join(lisa);
    await lisa.ask('leave', { room: 'general' });
    const [maggie, homer] = [there.connect('maggie'), there.connect('homer')];
    expect(await join(maggie)).toEqual([
      { user: 'maggie', status: 'online' },
      { user: 'bart', status: 'online' },
    ]);
    await join(lisa);
    expect(await join(homer)).toContainEqual({ user: 'lisa', status: 'online' });
    await pass(everyMs);
    expect(told(maggie)).toEqual(['general homer online', 'general lisa online']);
    expect(told(bart).filter((line) => line.includes('lisa'))).toEqual(['general lisa online']);
    expect(told(homer)).toEqual([]);
  });

  test('someone who joins and leaves again is listed to nobody, and the others are told so in time', async () => {
    const { here, there, bart } = await looking();
    const lisa = here.connect('lisa');
    await join(lisa);
    await lisa.ask('leave', { room: 'general' });
    const maggie = there.connect('maggie');
    expect(await join(maggie)).not.toContainEqual({ user: 'lisa', status: 'online' });
    await pass(everyMs);
    expect(told(bart)).toEqual(['general lisa online', 'general maggie online', 'general lisa offline']);
  });
});

test.each(['', 'nonsense', '1 online offline', '1 here online lisa', 'x online away lisa'])(
  'the bus bringing %j is logged and nothing else',
  async (payload) => {
    const { bus, there, bart } = await looking();
    bus.publish('presence:general', payload);
    await pass(1_000);
    expect(told(bart)).toEqual([]);
    expect(there.log.lines).toEqual(['warn the bus brought something that is no presence']);
  },
);
