import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { createMemoryBus } from '../bus/memory-bus.ts';
import { createMemoryHistory } from '../rooms/memory-history.ts';
import { createMemoryMarks } from './memory-marks.ts';
import type { Marks } from './marks.ts';
import type { RoomsOptions } from '../rooms/room-types.ts';
import { type Client, newKey, newNode, quiet, sendAll } from '../testing/new-node.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
});

/** Two nodes of one deployment. */
function installation(options: Partial<RoomsOptions> = {}) {
  const bus = createMemoryBus();
  const history = createMemoryHistory({ rooms: ['general', 'random'] });
  const marks = options.marks ?? createMemoryMarks(history);
  const shared = { ...options, bus, history, marks };
  return { bus, history, marks, here: newNode(shared), there: newNode(shared) };
}

async function gathered(): Promise<void> {
  await quiet();
  await vi.advanceTimersByTimeAsync(500);
  await quiet();
}

function counts(client: Client): string[] {
  return client.received('unread').map(({ room, count, seq }) => `${String(room)} ${String(count)} of ${String(seq)}`);
}

test('sends the count to the connections of members that have not joined the room, on every node', async () => {
  const { here, there, marks } = installation();
  for (const user of ['maggie', 'lisa']) await marks.enter('general', user);
  const [phone, tablet, laptop, lisa, bart, outsider] = [
    here.connect('maggie'),
    there.connect('maggie'),
    there.connect('maggie'),
    there.connect('lisa'),
    here.connect('bart'),
    here.connect('outsider'),
  ];
  await laptop.request('join', { room: 'general' });
  await bart.request('join', { room: 'general' });
  await sendAll(bart, 'general', ['hello @lisa']);
  await gathered();
  const frame = { type: 'unread', room: 'general', seq: 1, read: 0, count: 1, mentions: 0 };
  for (const device of [phone, tablet]) expect(device.received('unread')).toEqual([frame]);
  expect(lisa.received('unread')).toEqual([{ ...frame, mentions: 1 }]);
  for (const other of [laptop, bart, outsider]) expect(other.received('unread')).toEqual([]);
});

test('notifies about a busy room at most twice a second, and the last count is correct', async () => {
  const { here, marks } = installation();
  await marks.enter('general', 'maggie');
  const [maggie, bart] = [here.connect('maggie'), here.connect('bart')];
  await bart.request('join', { room: 'general' });
  for (let message = 1; message <= 30; message++) {
    await sendAll(bart, 'general', [`message ${message}`]);
    await vi.advanceTimersByTimeAsync(100);
  }
  await gathered();
  const told = counts(maggie);
  expect(told.length).toBeLessThanOrEqual(7);
  expect(told.at(-1)).toBe('general 30 of 30');
});

test('does not count when all connections have joined', async () => {
  const { here, marks } = installation();
  const unread = vi.spyOn(marks, 'unread');
  const [maggie, bart] = [here.connect('maggie'), here.connect('bart')];
  for (const client of [maggie, bart]) await client.request('join', { room: 'general' });
  await sendAll(maggie, 'general', ['a', 'b']);
  await gathered();
  expect(unread).not.toHaveBeenCalled();
});

test('sends the remaining count to all connections of a user who has read, on every node', async () => {
  const { here, there, marks, history } = installation();
  await marks.enter('general', 'maggie');
  for (const text of ['a', 'b', 'c']) await history.append('general', { user: 'bart', key: newKey(), text });
  const [phone, laptop, bart] = [here.connect('maggie'), there.connect('maggie'), here.connect('bart')];
  await laptop.request('join', { room: 'general' });
  expect(await phone.request('read', { room: 'general', seq: 2 })).toMatchObject({ type: 'reply', data: {} });
  await gathered();
  const frame = { type: 'unread', room: 'general', seq: 3, read: 2, count: 1, mentions: 0 };
  expect([phone.received('unread'), laptop.received('unread'), bart.received('unread')]).toEqual([
    [frame],
    [frame],
    [],
  ]);
});

test('combines reads in quick succession into one event with the highest marker', async () => {
  const { here, marks, history } = installation();
  await marks.enter('general', 'maggie');
  for (const text of ['a', 'b', 'c', 'd']) await history.append('general', { user: 'bart', key: newKey(), text });
  const maggie = here.connect('maggie');
  await Promise.all([3, 1, 4, 2].map((seq) => maggie.request('read', { room: 'general', seq })));
  await gathered();
  expect(counts(maggie)).toEqual(['general 0 of 4']);
});

test('ends with the highest marker when read responses arrive out of order', async () => {
  const { bus, history } = installation();
  const memory = createMemoryMarks(history);
  const held = Promise.withResolvers<undefined>();
  const marks: Marks = {
    ...memory,
    read: async (room, user, seq) => {
      const unread = await memory.read(room, user, seq);
      if (seq === 1) await held.promise;
      return unread;
    },
  };
  await marks.enter('general', 'maggie');
  for (const text of ['a', 'b']) await history.append('general', { user: 'bart', key: newKey(), text });
  const maggie = newNode({ bus, history, marks }).connect('maggie');
  const first = maggie.request('read', { room: 'general', seq: 1 });
  await maggie.request('read', { room: 'general', seq: 2 });
  held.resolve(undefined);
  await first;
  await gathered();
  expect(counts(maggie)).toEqual(['general 0 of 2']);
});

test('does not report messages as unread that the user reads during the count', async () => {
  const { bus, history, here: other } = installation();
  const memory = createMemoryMarks(history);
  const counting = Promise.withResolvers<undefined>();
  const begun = Promise.withResolvers<undefined>();
  let slow = true;
  const marks: Marks = {
    ...memory,
    unread: async (room, users) => {
      const unread = await memory.unread(room, users);
      if (slow) {
        slow = false;
        begun.resolve(undefined);
        await counting.promise;
      }
      return unread;
    },
  };
  await marks.enter('general', 'maggie');
  const here = newNode({ bus, history, marks });
  const there = newNode({ bus, history, marks: memory });
  const [phone, laptop, bart] = [here.connect('maggie'), there.connect('maggie'), other.connect('bart')];
  await bart.request('join', { room: 'general' });
  await sendAll(bart, 'general', ['a']);
  await vi.advanceTimersByTimeAsync(500);
  await begun.promise;
  await laptop.request('read', { room: 'general', seq: 1 });
  await gathered();
  counting.resolve(undefined);
  await gathered();
  expect(counts(phone).at(-1)).toBe('general 0 of 1');
  expect(counts(phone)).not.toContain('general 1 of 1');
});

test.each(['not_found', 'forbidden'] as const)('authorizes a read like the history of the room: %s', async (denial) => {
  const { here, marks } = installation({
    authorize: (_, __, action) => (action === 'history' ? denial : 'allowed'),
  });
  const read = vi.spyOn(marks, 'read');
  expect(await here.connect().request('read', { room: 'general', seq: 1 })).toMatchObject({
    type: 'error',
    code: denial,
  });
  expect(read).not.toHaveBeenCalled();
});

test('answers not_found for an unknown room, and unknown_type without marks', async () => {
  const { here } = installation();
  expect(await here.connect().request('read', { room: 'nowhere', seq: 1 })).toMatchObject({ code: 'not_found' });
  expect(await newNode().connect().request('read', { room: 'general', seq: 1 })).toMatchObject({
    code: 'unknown_type',
  });
});

test('makes a user a member at the first join, on every node', async () => {
  const { here, there, marks } = installation();
  const [phone, laptop, bart] = [here.connect('maggie'), there.connect('maggie'), there.connect('bart')];
  await phone.request('join', { room: 'general' });
  expect(await marks.roomsOf('maggie')).toEqual(['general']);
  await bart.request('join', { room: 'general' });
  await sendAll(bart, 'general', ['a']);
  await gathered();
  expect(counts(laptop)).toEqual(['general 1 of 1']);
  const enter = vi.spyOn(marks, 'enter');
  await phone.request('join', { room: 'general' });
  expect(enter).not.toHaveBeenCalled();
});

test('does not make a user a member when joining does not', async () => {
  const { here, marks } = installation({ joinCreatesMembership: ({ roles }) => !roles.includes('admin') });
  await here.connect('root', { roles: ['admin'] }).request('join', { room: 'general' });
  await here.connect('maggie').request('join', { room: 'general' });
  expect([await marks.roomsOf('root'), await marks.roomsOf('maggie')]).toEqual([[], ['general']]);
});

test('accepts the join when the store cannot make the user a member', async () => {
  const { history } = installation();
  const memory = createMemoryMarks(history);
  const { here } = installation({ marks: { ...memory, enter: () => Promise.reject(new Error('away')) } });
  expect(await here.connect().request('join', { room: 'general' })).toMatchObject({ type: 'reply' });
  expect(here.log.lines).toEqual(['error a joined user could not be made a member']);
});

test('starts and stops counting immediately when a membership begins or ends, on every node', async () => {
  const { here, there, marks } = installation();
  const [maggie, bart] = [there.connect('maggie'), here.connect('bart')];
  await bart.request('join', { room: 'general' });
  await gathered();
  await marks.enter('general', 'maggie');
  here.rooms.memberAdded('general', 'maggie');
  await sendAll(bart, 'general', ['a']);
  await gathered();
  expect(counts(maggie)).toEqual(['general 1 of 1']);
  await marks.leave('general', 'maggie');
  here.rooms.memberRemoved('general', 'maggie');
  await sendAll(bart, 'general', ['b']);
  await gathered();
  expect(counts(maggie)).toHaveLength(1);
});

test('sends left to all connections of a user who leaves a room, on every node', async () => {
  const { here, there, marks } = installation();
  const [phone, laptop, bart] = [here.connect('maggie'), there.connect('maggie'), here.connect('bart')];
  for (const client of [laptop, bart]) await client.request('join', { room: 'general' });
  await marks.leave('general', 'maggie');
  here.rooms.memberRemoved('general', 'maggie');
  await quiet();
  for (const device of [phone, laptop]) expect(device.received('left')).toEqual([{ type: 'left', room: 'general' }]);
  expect(bart.received('left')).toEqual([]);
});

test('sends removed to joined connections and left to the other connections of a removed user', async () => {
  const { here, there, marks } = installation();
  const [phone, laptop, tablet] = [here.connect('maggie'), there.connect('maggie'), there.connect('maggie')];
  for (const client of [phone, laptop]) await client.request('join', { room: 'general' });
  await marks.leave('general', 'maggie');
  here.rooms.remove('general', 'maggie', 'not_found');
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
  here.rooms.remove('general', 'maggie', 'not_found');
  here.rooms.memberRemoved('random', 'maggie');
  await gathered();
  for (const outsider of outsiders) expect([outsider.received('left'), outsider.received('removed')]).toEqual([[], []]);
});

test('announces the room to all connections of a new member that have not joined it', async () => {
  const { here, there, marks } = installation();
  const [phone, laptop, bart] = [here.connect('maggie'), there.connect('maggie'), here.connect('bart')];
  await bart.request('join', { room: 'general' });
  await gathered();
  await marks.enter('general', 'maggie');
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
  const memory = createMemoryMarks(history);
  const lists: ((rooms: readonly string[]) => void)[] = [];
  const marks: Marks = {
    ...memory,
    roomsOf: () =>
      new Promise((resolve) => {
        lists.push(resolve);
      }),
  };
  const node = newNode({ history, marks });
  const [maggie, bart] = [node.connect('maggie'), node.connect('bart')];
  await bart.request('join', { room: 'general' });
  await quiet();
  await marks.enter('general', 'maggie');
  node.rooms.memberAdded('general', 'maggie');
  lists[0]?.([]);
  while (lists.length < 3) {
    await quiet();
    for (const answer of lists) answer(['general']);
  }
  await sendAll(bart, 'general', ['a']);
  await gathered();
  expect(counts(maggie)).toEqual(['general 1 of 1']);
});

test('retries to read a list after an error', async () => {
  const { history } = installation();
  const memory = createMemoryMarks(history);
  await memory.enter('general', 'maggie');
  let failures = 2;
  const roomsOf = (user: string): Promise<readonly string[]> =>
    failures-- > 0 ? Promise.reject(new Error('away')) : memory.roomsOf(user);
  const { connect, log } = newNode({ history, marks: { ...memory, roomsOf } });
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
  const memory = createMemoryMarks(history);
  for (const user of ['maggie', 'bart']) await memory.enter('general', user);
  const inner = createMemoryBus();
  let listening = 0;
  const bus = {
    publish: inner.publish.bind(inner),
    close: () => undefined,
    subscribe: (...args: Parameters<typeof inner.subscribe>) => {
      const [topic] = args;
      const end = inner.subscribe(...args);
      if (topic !== 'room:general') return end;
      listening++;
      return () => {
        listening--;
        end();
      };
    },
  };
  const { connect } = newNode({ bus, history, marks: memory });
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
  const { here, there, marks } = installation();
  await marks.enter('general', 'maggie');
  const roomsOf = vi.spyOn(marks, 'roomsOf');
  here.connect('maggie').disconnect();
  await quiet();
  const looked = roomsOf.mock.calls.length;
  await vi.advanceTimersByTimeAsync(30_000);
  for (const room of ['general', 'random']) await marks[room === 'general' ? 'leave' : 'enter'](room, 'maggie');
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

test.each(['', 'nonsense', '{}', '{"from":"x","news":{"kind":"read","room":"general","user":"maggie"}}', 'null'])(
  'logs and ignores the invalid bus payload %j',
  async (payload) => {
    const { bus, here } = installation();
    const maggie = here.connect();
    await quiet();
    bus.publish('people', payload);
    await gathered();
    expect(maggie.frames.map(({ type }) => type)).toEqual(['welcome']);
    expect(here.log.lines).toEqual(['warn invalid user event payload on the bus']);
  },
);
