import { expect, test, vi } from 'vitest';
import { createMemoryBus } from '../bus/memory-bus.ts';
import { counts, gathered, inMemory, installation } from '../testing/membership-nodes.ts';
import { newNode, quiet, sendAll } from '../testing/new-node.ts';
import { useFakeTimers } from '../testing/presence-nodes.ts';
import type { Memberships } from './memberships.ts';

useFakeTimers();

test('makes a user a member at the first join, on every node', async () => {
  const { here, there, memberships } = installation();
  const [phone, laptop, bart] = [here.connect('maggie'), there.connect('maggie'), there.connect('bart')];
  await phone.request('join', { room: 'general' });
  expect(await memberships.roomsOf('maggie')).toEqual(['general']);
  await bart.request('join', { room: 'general' });
  await sendAll(bart, 'general', ['a']);
  await gathered();
  expect(counts(laptop)).toEqual(['general 1 of 1']);
  const enter = vi.spyOn(memberships, 'add');
  await phone.request('join', { room: 'general' });
  expect(enter).not.toHaveBeenCalled();
});

test('does not make a user a member when joining does not', async () => {
  const { here, memberships } = installation({ joinCreatesMembership: ({ roles }) => !roles.includes('admin') });
  await here.connect('root', { roles: ['admin'] }).request('join', { room: 'general' });
  await here.connect('maggie').request('join', { room: 'general' });
  expect([await memberships.roomsOf('root'), await memberships.roomsOf('maggie')]).toEqual([[], ['general']]);
});

test('accepts the join when the store cannot make the user a member', async () => {
  const { history } = installation();
  const memory = inMemory(history);
  const { here } = installation({
    memberships: { ...memory.memberships, add: () => Promise.reject(new Error('away')) },
  });
  expect(await here.connect().request('join', { room: 'general' })).toMatchObject({ type: 'reply' });
  expect(here.log.lines).toEqual(['error a joined user could not be made a member']);
});

test('starts and stops counting immediately when a membership begins or ends, on every node', async () => {
  const { here, there, memberships } = installation();
  const [maggie, bart] = [there.connect('maggie'), here.connect('bart')];
  await bart.request('join', { room: 'general' });
  await gathered();
  await memberships.add('general', 'maggie');
  here.rooms.memberAdded('general', 'maggie');
  await sendAll(bart, 'general', ['a']);
  await gathered();
  expect(counts(maggie)).toEqual(['general 1 of 1']);
  await memberships.remove('general', 'maggie');
  here.rooms.memberRemoved('general', 'maggie');
  await sendAll(bart, 'general', ['b']);
  await gathered();
  expect(counts(maggie)).toHaveLength(1);
});

test('sends left to all connections of a user who leaves a room, on every node', async () => {
  const { here, there, memberships } = installation();
  const [phone, laptop, bart] = [here.connect('maggie'), there.connect('maggie'), here.connect('bart')];
  for (const client of [laptop, bart]) await client.request('join', { room: 'general' });
  await memberships.remove('general', 'maggie');
  here.rooms.memberRemoved('general', 'maggie');
  await quiet();
  for (const device of [phone, laptop]) expect(device.received('left')).toEqual([{ type: 'left', room: 'general' }]);
  expect(bart.received('left')).toEqual([]);
});

test('sends removed to joined connections and left to the other connections of a removed user', async () => {
  const { here, there, memberships } = installation();
  const [phone, laptop, tablet] = [here.connect('maggie'), there.connect('maggie'), there.connect('maggie')];
  for (const client of [phone, laptop]) await client.request('join', { room: 'general' });
  await memberships.remove('general', 'maggie');
  void here.rooms.remove('general', 'maggie', 'not_found');
  await quiet();
  for (const device of [phone, laptop]) {
    expect([device.received('removed').length, device.received('left')]).toEqual([1, []]);
  }
  expect([tablet.received('removed'), tablet.received('left')]).toEqual([[], [{ type: 'left', room: 'general' }]]);
});

test('does not send left to a user who was not a member', async () => {
  const { here, there } = installation();
  const outsiders = [here.connect('maggie'), there.connect('maggie')];
  await gathered();
  void here.rooms.remove('general', 'maggie', 'not_found');
  here.rooms.memberRemoved('random', 'maggie');
  await gathered();
  for (const outsider of outsiders) expect([outsider.received('left'), outsider.received('removed')]).toEqual([[], []]);
});

test('announces the room to all connections of a new member that have not joined it', async () => {
  const { here, there, memberships } = installation();
  const [phone, laptop, bart] = [here.connect('maggie'), there.connect('maggie'), here.connect('bart')];
  await bart.request('join', { room: 'general' });
  await gathered();
  await memberships.add('general', 'maggie');
  here.rooms.memberAdded('general', 'maggie');
  await gathered();
  for (const device of [phone, laptop]) expect(counts(device)).toEqual(['general 0 of 0']);
  expect(counts(bart)).toEqual([]);
});

test('announces a room that a user joins on one device to their other devices', async () => {
  const { here, there } = installation();
  const [phone, laptop] = [here.connect('maggie'), there.connect('maggie')];
  await phone.request('join', { room: 'random' });
  await gathered();
  expect(counts(laptop)).toEqual(['random 0 of 0']);
  expect(counts(phone)).toEqual([]);
});

test('keeps a membership that begins while the list is being read', async () => {
  const { history } = installation();
  const memory = inMemory(history);
  const lists: ((rooms: readonly string[]) => void)[] = [];
  const memberships: Memberships = {
    ...memory.memberships,
    roomsOf: () =>
      new Promise((resolve) => {
        lists.push(resolve);
      }),
  };
  const node = newNode({ history, memberships, readMarkers: memory.readMarkers });
  const [maggie, bart] = [node.connect('maggie'), node.connect('bart')];
  await bart.request('join', { room: 'general' });
  await quiet();
  await memberships.add('general', 'maggie');
  node.rooms.memberAdded('general', 'maggie');
  lists[0]?.([]);
  while (lists.length < 3) {
    await quiet();
    for (const resolve of lists) resolve(['general']);
  }
  await sendAll(bart, 'general', ['a']);
  await gathered();
  expect(counts(maggie)).toEqual(['general 1 of 1']);
});

test('retries to read a list after an error', async () => {
  const { history } = installation();
  const memory = inMemory(history);
  await memory.memberships.add('general', 'maggie');
  let failures = 2;
  const roomsOf = (user: string): Promise<readonly string[]> =>
    failures-- > 0 ? Promise.reject(new Error('away')) : memory.memberships.roomsOf(user);
  const { connect, log } = newNode({ history, ...memory, memberships: { ...memory.memberships, roomsOf } });
  const [maggie, bart] = [connect('maggie'), connect('bart')];
  await quiet();
  await vi.advanceTimersByTimeAsync(2_000);
  await bart.request('join', { room: 'general' });
  await sendAll(bart, 'general', ['a']);
  await gathered();
  expect(counts(maggie)).toEqual(['general 1 of 1']);
  expect(log.lines).toEqual(Array.from({ length: 2 }, () => 'error the rooms of a user could not be read'));
});

test('unsubscribes from the rooms of a user after their last connection', async () => {
  const { history } = installation();
  const memory = inMemory(history);
  for (const user of ['maggie', 'bart']) await memory.memberships.add('general', user);
  const inner = createMemoryBus();
  let listening = 0;
  const bus = {
    ...inner,
    subscribe: (...[topic, subscriber]: Parameters<typeof inner.subscribe>) => {
      const end = inner.subscribe(topic, subscriber);
      if (topic !== 'room:general') return end;
      listening++;
      return () => {
        listening--;
        end();
      };
    },
  };
  const { connect } = newNode({ bus, history, ...memory });
  const [phone, laptop, bart] = [connect('maggie'), connect('maggie'), connect('bart')];
  await quiet();
  expect(listening).toBe(1);
  phone.disconnect();
  bart.disconnect();
  expect(listening).toBe(1);
  laptop.disconnect();
  // A user who reconnects within a minute keeps the list.
  await vi.advanceTimersByTimeAsync(59_000);
  expect(listening).toBe(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(listening).toBe(0);
});

test('keeps the list of a user who reconnects soon, with the memberships that changed in the meantime', async () => {
  const { here, there, memberships } = installation();
  await memberships.add('general', 'maggie');
  const roomsOf = vi.spyOn(memberships, 'roomsOf');
  here.connect('maggie').disconnect();
  await quiet();
  const looked = roomsOf.mock.calls.length;
  await vi.advanceTimersByTimeAsync(30_000);
  for (const room of ['general', 'random']) await memberships[room === 'general' ? 'remove' : 'add'](room, 'maggie');
  there.rooms.memberRemoved('general', 'maggie');
  there.rooms.memberAdded('random', 'maggie');
  await quiet();
  const maggie = here.connect('maggie');
  await vi.advanceTimersByTimeAsync(45_000);
  expect(roomsOf).toHaveBeenCalledTimes(looked);
  const bart = there.connect('bart');
  for (const room of ['general', 'random']) {
    await bart.request('join', { room });
    await sendAll(bart, room, ['hello']);
  }
  await gathered();
  expect(counts(maggie)).toEqual(['random 1 of 1']);
});

test.each([
  '',
  'nonsense',
  '{}',
  '{"from":"x","event":{"kind":"read","room":"general","user":"maggie"}}',
  '{"from":"x","event":{"kind":"added","room":"general","user":"bart"}}',
  'null',
])('logs and ignores the invalid bus payload %j', async (payload) => {
  const { bus, here } = installation();
  const maggie = here.connect();
  await quiet();
  bus.publish('user:maggie', payload);
  await gathered();
  expect(maggie.frames.map(({ type }) => type)).toEqual(['welcome']);
  expect(here.log.lines).toEqual(['warn invalid user event payload on the bus']);
});
