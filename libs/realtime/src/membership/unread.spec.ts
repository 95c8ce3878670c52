import { roomBounds } from '@usher/protocol/server';
import { expect, test, vi } from 'vitest';
import { counts, gathered, inMemory, installation } from '../testing/membership-nodes.ts';
import { newKey, newNode, quiet, sendAll } from '../testing/new-node.ts';
import { useFakeTimers } from '../testing/presence-nodes.ts';
import { createMemoryMemberships, createMemoryReadMarkers, MemoryMembershipStore } from './memory-memberships.ts';
import type { ReadMarkers } from './read-markers.ts';

useFakeTimers();

test('sends the count to the connections of members that have not joined the room, on every node', async () => {
  const { here, there, memberships } = installation();
  for (const user of ['maggie', 'lisa']) await memberships.add('general', user);
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
  const { here, memberships } = installation();
  await memberships.add('general', 'maggie');
  const [maggie, bart] = [here.connect('maggie'), here.connect('bart')];
  await bart.request('join', { room: 'general' });
  for (let message = 1; message <= 30; message++) {
    await sendAll(bart, 'general', [`message ${message}`]);
    await vi.advanceTimersByTimeAsync(100);
  }
  await gathered();
  const sent = counts(maggie);
  expect(sent.length).toBeLessThanOrEqual(7);
  expect(sent.at(-1)).toBe('general 30 of 30');
});

test('does not count when all connections have joined', async () => {
  const { here, readMarkers } = installation();
  const unread = vi.spyOn(readMarkers, 'unread');
  const [maggie, bart] = [here.connect('maggie'), here.connect('bart')];
  for (const client of [maggie, bart]) await client.request('join', { room: 'general' });
  await sendAll(maggie, 'general', ['a', 'b']);
  await gathered();
  expect(unread).not.toHaveBeenCalled();
});

test('sends the remaining count to all connections of a user who has read, on every node', async () => {
  const { here, there, memberships, history } = installation();
  await memberships.add('general', 'maggie');
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
  const { here, memberships, history } = installation();
  await memberships.add('general', 'maggie');
  for (const text of ['a', 'b', 'c', 'd']) await history.append('general', { user: 'bart', key: newKey(), text });
  const maggie = here.connect('maggie');
  await Promise.all([3, 1, 4, 2].map((seq) => maggie.request('read', { room: 'general', seq })));
  await gathered();
  expect(counts(maggie)).toEqual(['general 0 of 4']);
});

test('ends with the highest marker when read responses arrive out of order', async () => {
  const { bus, history } = installation();
  const memory = inMemory(history);
  const { memberships } = memory;
  const held = Promise.withResolvers<undefined>();
  const readMarkers: ReadMarkers = {
    ...memory.readMarkers,
    advance: async (room, user, seq) => {
      const unread = await memory.readMarkers.advance(room, user, seq);
      if (seq === 1) await held.promise;
      return unread;
    },
  };
  await memberships.add('general', 'maggie');
  for (const text of ['a', 'b']) await history.append('general', { user: 'bart', key: newKey(), text });
  const maggie = newNode({ bus, history, memberships, readMarkers }).connect('maggie');
  const first = maggie.request('read', { room: 'general', seq: 1 });
  await maggie.request('read', { room: 'general', seq: 2 });
  held.resolve(undefined);
  await first;
  await gathered();
  expect(counts(maggie)).toEqual(['general 0 of 2']);
});

test('does not report messages as unread that the user reads during the count', async () => {
  const { bus, history, here: other } = installation();
  const memory = inMemory(history);
  const { memberships } = memory;
  const counting = Promise.withResolvers<undefined>();
  const begun = Promise.withResolvers<undefined>();
  let slow = true;
  const readMarkers: ReadMarkers = {
    ...memory.readMarkers,
    unread: async (pairs) => {
      const unread = await memory.readMarkers.unread(pairs);
      if (slow) {
        slow = false;
        begun.resolve(undefined);
        await counting.promise;
      }
      return unread;
    },
  };
  await memberships.add('general', 'maggie');
  const here = newNode({ bus, history, memberships, readMarkers });
  const there = newNode({ bus, history, ...memory });
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
  const { here, readMarkers } = installation({
    authorize: (_, __, action) => (action === 'history' ? denial : 'allowed'),
  });
  const read = vi.spyOn(readMarkers, 'advance');
  expect(await here.connect().request('read', { room: 'general', seq: 1 })).toMatchObject({
    type: 'error',
    code: denial,
  });
  expect(read).not.toHaveBeenCalled();
});

test('rejects a read with not_found for an unknown room, and with unknown_type without read markers', async () => {
  const { here } = installation();
  expect(await here.connect().request('read', { room: 'nowhere', seq: 1 })).toMatchObject({ code: 'not_found' });
  expect(await newNode().connect().request('read', { room: 'general', seq: 1 })).toMatchObject({
    code: 'unknown_type',
  });
});

test('asks the store once per batch for all rooms and users, and then counts the messages that arrive', async () => {
  const { here, there, memberships, readMarkers } = installation();
  const users = Array.from({ length: 20 }, (_, index) => `user ${index}`);
  for (const user of users) for (const room of ['general', 'random']) await memberships.add(room, user);
  const clients = users.map((user) => here.connect(user));
  const author = there.connect('bart');
  for (const room of ['general', 'random']) await author.request('join', { room });
  await gathered();
  const unread = vi.spyOn(readMarkers, 'unread');
  for (let message = 1; message <= 10; message++) {
    for (const room of ['general', 'random']) await sendAll(author, room, [`message ${message} for @user-1`]);
    await gathered();
    for (const client of clients) {
      expect(counts(client).slice(-2).toSorted()).toEqual([
        `general ${message} of ${message}`,
        `random ${message} of ${message}`,
      ]);
    }
    expect(unread.mock.calls.map(([pairs]) => pairs.length)).toEqual([40]);
  }
});

test('asks the store again for users whose unread messages were changed, and for others only after a minute', async () => {
  const { here, memberships, readMarkers } = installation();
  for (const user of ['maggie', 'lisa']) await memberships.add('general', user);
  const [maggie, lisa, bart] = [here.connect('maggie'), here.connect('lisa'), here.connect('bart')];
  await bart.request('join', { room: 'general' });
  await sendAll(bart, 'general', ['a', 'b @maggie', 'c']);
  await gathered();
  await lisa.request('read', { room: 'general', seq: 3 });
  await gathered();
  const unread = vi.spyOn(readMarkers, 'unread');
  await bart.request('delete', { room: 'general', key: newKey(), deletes: 2 });
  await gathered();
  expect(unread.mock.calls).toEqual([[[{ room: 'general', user: 'maggie' }]]]);
  expect(maggie.received('unread').at(-1)).toMatchObject({ seq: 4, count: 2, mentions: 0 });
  expect(lisa.received('unread').at(-1)).toMatchObject({ seq: 4, count: 0 });
  await vi.advanceTimersByTimeAsync(60_000);
  await sendAll(bart, 'general', ['d']);
  await gathered();
  expect(unread).toHaveBeenCalledTimes(2);
  expect(maggie.received('unread').at(-1)).toMatchObject({ seq: 5, count: 3 });
});

test('counts up to the bound, then no further', async () => {
  const { here, memberships, readMarkers, history } = installation();
  const { unreadMessages } = roomBounds;
  await memberships.add('general', 'maggie');
  const [maggie, bart] = [here.connect('maggie'), here.connect('bart')];
  await bart.request('join', { room: 'general' });
  for (let seq = 1; seq < unreadMessages - 1; seq++) {
    await history.append('general', { user: 'bart', key: newKey(), text: 'text' });
  }
  for (const expected of [unreadMessages - 1, unreadMessages, unreadMessages, unreadMessages]) {
    await sendAll(bart, 'general', ['one more']);
    await gathered();
    expect(maggie.received('unread').at(-1)).toMatchObject({ count: expected });
  }
  const [stored] = await readMarkers.unread([{ room: 'general', user: 'maggie' }]);
  expect(maggie.received('unread').at(-1)).toEqual({ type: 'unread', room: 'general', ...stored });
});

test('sends the counts when the store is available again', async () => {
  const { bus, history } = installation();
  const store = new MemoryMembershipStore(history);
  const node = newNode({
    bus,
    history,
    memberships: createMemoryMemberships(store),
    readMarkers: createMemoryReadMarkers(store),
  });
  const [maggie, bart] = [node.connect('maggie'), node.connect('bart')];
  store.add('general', 'maggie', 0);
  await quiet();
  await bart.request('join', { room: 'general' });
  store.available = false;
  await sendAll(bart, 'general', ['a']);
  await gathered();
  expect(counts(maggie)).toEqual([]);
  store.available = true;
  await vi.advanceTimersByTimeAsync(2_000);
  await quiet();
  expect(counts(maggie)).toEqual(['general 1 of 1']);
});

test('counts a lost message as soon as the bus reports that it was interrupted', async () => {
  const { history, memberships, readMarkers, bus } = installation();
  const missed: (() => void)[] = [];
  const node = newNode({
    history,
    memberships,
    readMarkers,
    bus: {
      ...bus,
      subscribe: (topic, subscriber) => {
        if (topic === 'room:general' && subscriber.gap !== undefined) missed.push(subscriber.gap);
        return bus.subscribe(topic, subscriber);
      },
    },
  });
  await memberships.add('general', 'maggie');
  const [maggie, bart] = [node.connect('maggie'), node.connect('bart')];
  await bart.request('join', { room: 'general' });
  await sendAll(bart, 'general', ['a']);
  await gathered();
  await history.append('general', { user: 'bart', key: newKey(), text: 'lost by the bus' });
  for (const onMissed of missed) onMissed();
  await gathered();
  expect(counts(maggie)).toEqual(['general 1 of 1', 'general 2 of 2']);
});
