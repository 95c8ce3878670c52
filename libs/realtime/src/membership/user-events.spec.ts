import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { createMemoryBus, type MemoryBus, MemoryBusStore } from '../bus/memory-bus.ts';
import { createMemoryHistory } from '../rooms/memory-history.ts';
import { counts, gathered, inMemory, installation } from '../testing/membership-nodes.ts';
import { type Client, newNode, quiet, sendAll } from '../testing/new-node.ts';
import { useFakeTimers } from '../testing/presence-nodes.ts';

useFakeTimers();

/** A bus whose subscriptions to users become active only when `activate` is called. Until then they lose everything. */
function lateBus(inner: MemoryBus) {
  const waiting = new Set<() => void>();
  const subscribed = new Map<string, number>();
  const delivered: string[] = [];
  const bus: MemoryBus = {
    ...inner,
    subscribe(topic, subscriber) {
      if (!topic.startsWith('user:')) return inner.subscribe(topic, subscriber);
      const message = (payload: string): void => {
        delivered.push(topic);
        subscriber.message(payload);
      };
      let end: (() => void) | undefined;
      const activate = (): void => {
        waiting.delete(activate);
        end = inner.subscribe(topic, { ...subscriber, message });
      };
      waiting.add(activate);
      subscribed.set(topic, (subscribed.get(topic) ?? 0) + 1);
      return () => {
        waiting.delete(activate);
        subscribed.set(topic, (subscribed.get(topic) ?? 0) - 1);
        end?.();
      };
    },
  };
  const activate = (): void => {
    for (const each of [...waiting]) each();
  };
  /** The topics with a subscription, and the number of their subscriptions. */
  const topics = (): Record<string, number> => Object.fromEntries([...subscribed].filter(([, number]) => number > 0));
  return { bus, activate, topics, delivered };
}

/** Two nodes on one bus, each with a `lateBus` of its own. */
function lateNodes() {
  const store = new MemoryBusStore();
  const history = createMemoryHistory({ rooms: ['general', 'random'] });
  const memory = inMemory(history);
  const roomsOf = vi.spyOn(memory.memberships, 'roomsOf');
  const node = () => {
    const inner = createMemoryBus({ store });
    const late = lateBus(inner);
    const options = { bus: late.bus, history, ...memory, joinCreatesMembership: () => false };
    return { ...newNode(options), late, inner };
  };
  return { here: node(), there: node(), roomsOf, ...memory };
}

test('subscribes to a user from their first connection until a minute after the last one', async () => {
  const { here } = lateNodes();
  const [phone, laptop, bart] = [here.connect('maggie'), here.connect('maggie'), here.connect('bart')];
  expect(here.late.topics()).toEqual({ 'user:maggie': 1, 'user:bart': 1 });
  here.late.activate();
  for (const client of [phone, laptop, bart]) client.disconnect();
  await vi.advanceTimersByTimeAsync(30_000);
  here.connect('maggie');
  await vi.advanceTimersByTimeAsync(30_000);
  expect(here.late.topics()).toEqual({ 'user:maggie': 1 });
});

test('sends the events of a user only to nodes where the user is connected', async () => {
  const { here, there, memberships } = lateNodes();
  const [maggie, bart] = [here.connect('maggie'), there.connect('bart')];
  for (const node of [here, there]) node.late.activate();
  await quiet();
  await memberships.add('general', 'maggie');
  there.rooms.memberAdded('general', 'maggie');
  await gathered();
  expect(counts(maggie)).toEqual(['general 0 of 0']);
  expect(counts(bart)).toEqual([]);
  expect([here.late.delivered, there.late.delivered]).toEqual([['user:maggie'], []]);
});

test('reads the list of a user when the subscription is active, and loses no event before it', async () => {
  const { here, there, memberships, roomsOf } = lateNodes();
  const [maggie, bart] = [here.connect('maggie'), there.connect('bart')];
  there.late.activate();
  await bart.request('join', { room: 'general' });
  await quiet();
  expect(roomsOf.mock.calls).toEqual([['bart']]);
  await memberships.add('general', 'maggie');
  there.rooms.memberAdded('general', 'maggie');
  here.late.activate();
  await quiet();
  await sendAll(bart, 'general', ['a']);
  await gathered();
  expect(roomsOf.mock.calls).toEqual([['bart'], ['maggie']]);
  expect(counts(maggie)).toEqual(['general 1 of 1']);
});

test('reads the list of a user after 2 seconds without a subscription, and again when it is active', async () => {
  const { here, memberships, roomsOf } = lateNodes();
  await memberships.add('general', 'maggie');
  here.connect('maggie');
  await vi.advanceTimersByTimeAsync(1_999);
  expect(roomsOf).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(roomsOf).toHaveBeenCalledOnce();
  here.late.activate();
  await quiet();
  expect(roomsOf).toHaveBeenCalledTimes(2);
});

test('reads only the list and the counts of a user whose events may have been lost', async () => {
  const { bus, here, there, memberships, readMarkers } = installation();
  for (const user of ['maggie', 'lisa']) await memberships.add('general', user);
  let lost = (): void => undefined;
  const watched = { ...bus, subscribe: vi.fn(bus.subscribe.bind(bus)) };
  const node = newNode({ bus: watched, history: there.history, memberships, readMarkers });
  const [maggie, lisa, bart] = [node.connect('maggie'), node.connect('lisa'), here.connect('bart')];
  for (const [topic, { gap }] of watched.subscribe.mock.calls) if (topic === 'user:maggie') lost = gap ?? lost;
  await bart.request('join', { room: 'general' });
  await sendAll(bart, 'general', ['a']);
  await gathered();
  const [roomsOf, unread] = [vi.spyOn(memberships, 'roomsOf'), vi.spyOn(readMarkers, 'unread')];
  // Read on a device of another node, whose event is lost.
  await readMarkers.advance('general', 'maggie', 1);
  lost();
  await sendAll(bart, 'general', ['b']);
  await gathered();
  expect(roomsOf.mock.calls).toEqual([['maggie']]);
  expect(unread.mock.calls).toEqual([[[{ room: 'general', user: 'maggie' }]]]);
  expect([counts(maggie).at(-1), counts(lisa).at(-1)]).toEqual(['general 1 of 2', 'general 2 of 2']);
});

const roomNames = ['general', 'random'] as const;
const users = ['maggie', 'bart', 'lisa'] as const;
const where = { user: fc.constantFrom(...users), node: fc.nat(1) };
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('connect' as const), ...where }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('disconnect' as const), ...where }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('add' as const, 'remove' as const),
      room: fc.constantFrom(...roomNames),
      ...where,
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('activate' as const), node: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('interrupt' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restore' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(1, 500, 10_000, 61_000) }),
  },
);

test('knows the rooms of every connected user after any sequence of connects, disconnects, changes and losses', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }), async (steps) => {
      const { here, there, memberships, readMarkers } = lateNodes();
      const nodeOf = (index: number) => (index === 0 ? here : there);
      const clients = new Map<string, Client>();
      // Both nodes at once: a memory bus does not report what others could not publish.
      let interrupted: (() => void)[] = [];
      const restore = (): void => {
        for (const each of interrupted) each();
        interrupted = [];
      };
      for (const next of steps) {
        if (next.kind === 'pass') await vi.advanceTimersByTimeAsync(next.ms);
        else if (next.kind === 'activate') nodeOf(next.node).late.activate();
        else if (next.kind === 'restore') restore();
        else if (next.kind === 'interrupt') {
          restore();
          interrupted = [here, there].map(({ inner }) => inner.interrupt());
        } else {
          const { kind, user, node } = next;
          const key = `${user} ${node}`;
          if (kind === 'connect' || kind === 'disconnect') clients.get(key)?.disconnect();
          if (kind === 'connect') clients.set(key, nodeOf(node).connect(user));
          else if (kind === 'disconnect') clients.delete(key);
          else if (kind === 'add') {
            await memberships.add(next.room, user);
            nodeOf(node).rooms.memberAdded(next.room, user);
          } else {
            await memberships.remove(next.room, user);
            nodeOf(node).rooms.memberRemoved(next.room, user);
          }
        }
        await quiet();
      }
      restore();
      for (const node of [here, there]) node.late.activate();
      await gathered();
      const outsider = here.connect('outsider');
      for (const room of roomNames) {
        await outsider.request('join', { room });
        await sendAll(outsider, room, ['hello']);
      }
      for (let turn = 0; turn < 3; turn++) await gathered();
      for (const client of clients.values()) {
        const { user } = client.connection.identity;
        const rooms = await memberships.roomsOf(user);
        for (const room of roomNames) {
          const [stored] = await readMarkers.unread([{ room, user }]);
          const [last] = client.received('unread').filter((frame) => frame['room'] === room && frame['seq'] === 1);
          expect(last).toEqual(rooms.includes(room) ? { type: 'unread', room, ...stored } : undefined);
        }
      }
      const connected = (index: number) =>
        Object.fromEntries(
          [...clients.keys(), 'outsider 0']
            .filter((key) => key.endsWith(` ${index}`))
            .map((key) => [`user:${key.split(' ')[0] ?? ''}`, 1]),
        );
      await vi.advanceTimersByTimeAsync(61_000);
      for (const index of [0, 1]) expect(nodeOf(index).late.topics()).toEqual(connected(index));
      for (const client of clients.values()) client.disconnect();
    }),
    { numRuns: 200 },
  );
}, 60_000);
