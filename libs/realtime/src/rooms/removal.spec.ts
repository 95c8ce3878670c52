import { expect, test } from 'vitest';
import type { Bus } from '../bus/bus.ts';
import type { History } from './history.ts';
import { createMemoryBus } from '../bus/memory-bus.ts';
import { type AccessDecision, UnknownRoom } from '../support/errors.ts';
import { createMemoryHistory } from './memory-history.ts';
import { liveSeqs, newKey, newNode, quiet, sendAll } from '../testing/new-node.ts';
import { eventually } from '../testing/eventually.ts';

test('sends removed to every connection of the user and nothing from the room afterwards', async () => {
  const { connect, rooms } = newNode();
  const [phone, laptop, elsewhere, bart] = [connect(), connect(), connect(), connect('bart')];
  for (const client of [phone, laptop, bart]) await client.request('join', { room: 'general' });
  for (const client of [phone, elsewhere]) await client.request('join', { room: 'random' });
  const removing = rooms.remove('general', 'maggie', 'member_removed');
  await sendAll(bart, 'general', ['without maggie']);
  for (const client of [phone, laptop]) {
    expect(client.received('removed')).toEqual([{ type: 'removed', room: 'general', code: 'member_removed' }]);
    expect(liveSeqs(client)).toEqual([]);
    expect(await client.request('send', { room: 'general', key: newKey(), text: 'x' })).toMatchObject({
      code: 'not_joined',
    });
  }
  expect(elsewhere.received('removed')).toEqual([]);
  expect(liveSeqs(bart)).toEqual([1]);
  expect(rooms.members('general')).toEqual([{ user: 'bart', connections: 1 }]);
  expect(rooms.members('random')).toEqual([{ user: 'maggie', connections: 2 }]);
  expect(await removing).toEqual({ connections: 2, complete: true });
  expect(await rooms.remove('general', 'maggie', 'member_removed')).toEqual({ connections: 0, complete: true });
  expect(await rooms.remove('nowhere', 'maggie', 'member_removed')).toEqual({ connections: 0, complete: true });
});

test('removes all users from a closed room and ends the join in progress', async () => {
  const memory = createMemoryHistory({ rooms: ['general', 'random'] });
  const reading = Promise.withResolvers<undefined>();
  const begun = Promise.withResolvers<undefined>();
  let isClosed = false;
  let held = false;
  const history: History = {
    ...memory,
    async read(room, range) {
      if (held) {
        held = false;
        begun.resolve(undefined);
        await reading.promise;
      } else if (isClosed) throw new UnknownRoom('the room is closed');
      return memory.read(room, range);
    },
  };
  const { connect, rooms } = newNode({ history });
  const [maggie, bart, lisa] = [connect(), connect('bart'), connect('lisa')];
  for (const client of [maggie, bart]) await client.request('join', { room: 'general' });
  await bart.request('join', { room: 'random' });
  held = true;
  const joining = lisa.request('join', { room: 'general' });
  await begun.promise;
  isClosed = true;
  const closing = rooms.closeRoom('general', 'not_found');
  for (const client of [maggie, bart]) {
    expect(client.received('removed')).toEqual([{ type: 'removed', room: 'general', code: 'not_found' }]);
  }
  reading.resolve(undefined);
  expect(await joining).toMatchObject({ type: 'error', code: 'not_found' });
  expect(lisa.received('removed')).toEqual([]);
  expect(await closing).toMatchObject({ closed: 2, nodes: [{ closed: 2 }], complete: true });
  expect(rooms.list()).toEqual([{ room: 'random', connections: 1 }]);
});

test('authorizes a join again when the user is removed during its authorization', async () => {
  const decisions: ((decision: AccessDecision) => void)[] = [];
  const { connect, rooms } = newNode({
    authorize: () =>
      new Promise((resolve) => {
        decisions.push(resolve);
      }),
  });
  const client = connect();
  const joining = client.request('join', { room: 'general' });
  await eventually(() => {
    expect(decisions).toHaveLength(1);
  });
  void rooms.remove('general', 'maggie', 'member_removed');
  decisions[0]?.('allowed');
  await eventually(() => {
    expect(decisions).toHaveLength(2);
  });
  decisions[1]?.('not_found');
  expect(await joining).toMatchObject({ type: 'error', code: 'not_found' });
  expect(rooms.list()).toEqual([]);
});

test('authorizes a join again when the user is removed during its read', async () => {
  const memory = createMemoryHistory({ rooms: ['general'] });
  const reading = Promise.withResolvers<undefined>();
  const begun = Promise.withResolvers<undefined>();
  const history: History = {
    heads: memory.heads.bind(memory),
    append: memory.append.bind(memory),
    read: async (room, pages) => {
      begun.resolve(undefined);
      await reading.promise;
      return memory.read(room, pages);
    },
  };
  let decision: AccessDecision = 'allowed';
  const { connect, rooms } = newNode({ history, authorize: () => decision });
  const client = connect();
  const joining = client.request('join', { room: 'general' });
  await begun.promise;
  decision = 'forbidden';
  void rooms.remove('general', 'maggie', 'member_removed');
  reading.resolve(undefined);
  expect(await joining).toMatchObject({ type: 'error', code: 'forbidden' });
  expect(client.received('removed')).toEqual([]);
});

test('does not append a message when the user is removed during its authorization', async () => {
  const decision = Promise.withResolvers<AccessDecision>();
  const { connect, rooms, history } = newNode({
    authorize: (_, __, action) => (action === 'send' ? decision.promise : 'allowed'),
  });
  const client = connect();
  await client.request('join', { room: 'general' });
  const sending = client.request('send', { room: 'general', key: newKey(), text: 'x' });
  await quiet();
  void rooms.remove('general', 'maggie', 'member_removed');
  decision.resolve('allowed');
  expect(await sending).toMatchObject({ code: 'not_joined' });
  expect((await history.read('general', { limit: 1 })).seq).toBe(0);
});

test('rejects a join that is interrupted by removals every time, and leaves no state behind', async () => {
  const node: ReturnType<typeof newNode> = newNode({
    authorize: async (): Promise<AccessDecision> => {
      await Promise.resolve();
      void node.rooms.remove('general', 'maggie', 'member_removed');
      return 'allowed';
    },
  });
  const client = node.connect();
  const reply = await client.request('join', { room: 'general' });
  expect(reply).toMatchObject({ type: 'error', code: 'rate_limited', retryAfterMs: 1_000 });
  expect(node.rooms.list()).toEqual([]);
});

test('removes the user on every node and sends no frame afterwards', async () => {
  const bus = createMemoryBus();
  const history = createMemoryHistory({ rooms: ['general'] });
  // Without a heartbeat, so that every received frame is about the room.
  const options = { bus, history, heartbeatMs: 600_000 };
  const [here, there] = [newNode(options), newNode(options)];
  const [phone, laptop, bart] = [here.connect('maggie'), there.connect('maggie'), there.connect('bart')];
  for (const client of [phone, laptop, bart]) await client.request('join', { room: 'general' });
  await quiet();
  expect(await here.rooms.remove('general', 'maggie', 'not_found')).toMatchObject({ connections: 1 });
  for (const client of [phone, laptop]) client.frames.length = 0;
  await sendAll(bart, 'general', ['without maggie']);
  bart.sendFrame({ type: 'typing', room: 'general' });
  bart.sendFrame({ type: 'away', away: true });
  await bart.waitFor(({ type, user, status }) => type === 'presence' && user === 'bart' && status === 'away');
  await quiet();
  expect([phone.frames, laptop.frames]).toEqual([[], []]);
});

test('removes the user when the bus is available again after it lost the removal', async () => {
  const inner = createMemoryBus();
  let away = true;
  const missed = new Set<() => void>();
  const bus: Bus = {
    publish: (topic, payload) => {
      if (!away) inner.publish(topic, payload);
    },
    close: () => undefined,
    subscribe: (topic, subscriber) => {
      if (subscriber.gap !== undefined) missed.add(subscriber.gap);
      return inner.subscribe(topic, subscriber);
    },
  };
  const history = createMemoryHistory({ rooms: ['general'] });
  let decision: AccessDecision = 'allowed';
  const [here, there] = [newNode({ bus, history }), newNode({ bus, history, authorize: () => decision })];
  const maggie = there.connect('maggie');
  await maggie.request('join', { room: 'general' });
  decision = 'not_found';
  void here.rooms.remove('general', 'maggie', 'not_found');
  expect(maggie.received('removed')).toEqual([]);
  away = false;
  for (const tell of missed) tell();
  await maggie.waitFor(({ type }) => type === 'removed');
  expect(there.rooms.members('general')).toEqual([]);
});
