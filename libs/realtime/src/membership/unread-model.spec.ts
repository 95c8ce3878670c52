import fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createMemoryBus } from '../bus/memory-bus.ts';
import { createMemoryHistory } from '../rooms/memory-history.ts';
import { type Client, newKey, newNode, quiet, sendAll } from '../testing/new-node.ts';
import { createMemoryMemberships, createMemoryReadMarkers, MemoryMembershipStore } from './memory-memberships.ts';

const roomNames = ['general', 'random'] as const;
const users = ['maggie', 'bart', 'lisa'] as const;
const texts = ['hello', 'hello @maggie', 'look, @bart and @lisa', 'write to a@lisa'] as const;

const where = { room: fc.constantFrom(...roomNames), user: fc.constantFrom(...users), node: fc.nat(1) };
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('send' as const), text: fc.constantFrom(...texts), ...where }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('edit' as const),
      back: fc.nat(5),
      text: fc.constantFrom(...texts),
      ...where,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), back: fc.nat(5), ...where }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('read' as const), back: fc.nat(5), ...where }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('add' as const), ...where }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), ...where }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('join' as const), ...where }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), ...where }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reconnect' as const), ...where }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose messages' as const), times: fc.nat(3) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('interrupt' as const), topics: fc.constantFrom('room:', '') }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(800) }) },
);

/** Two nodes on one store. The bus may lose messages of rooms, and may report that it has lost anything. */
async function world() {
  const history = createMemoryHistory({ rooms: roomNames });
  const store = new MemoryMembershipStore(history);
  const memberships = createMemoryMemberships(store);
  const readMarkers = createMemoryReadMarkers(store);
  const inner = createMemoryBus();
  const missed = new Map<() => void, string>();
  let lose = 0;
  const bus: typeof inner = {
    ...inner,
    publish(topic, payload) {
      if (topic.startsWith('room:') && lose > 0) lose--;
      else inner.publish(topic, payload);
    },
    subscribe(topic, subscriber) {
      const { gap } = subscriber;
      const unsubscribe = inner.subscribe(topic, subscriber);
      if (gap !== undefined) missed.set(gap, topic);
      return () => {
        if (gap !== undefined) missed.delete(gap);
        unsubscribe();
      };
    },
  };
  const options = { bus, history, memberships, readMarkers, joinCreatesMembership: () => false };
  const nodes = [newNode(options), newNode(options)] as const;
  const nodeOf = (index: number) => nodes[index === 0 ? 0 : 1];
  const key = ({ user, node }: { user: string; node: number }) => `${user} ${node}`;
  const phones = new Map<string, Client>();
  const authors = new Map<string, Client>();
  const reconnect = (user: string, node: number): void => {
    phones.get(key({ user, node }))?.disconnect();
    phones.set(key({ user, node }), nodeOf(node).connect(user));
  };
  for (const user of users) {
    for (const node of [0, 1]) {
      reconnect(user, node);
      const author = nodeOf(node).connect(user);
      authors.set(key({ user, node }), author);
      for (const room of roomNames) await author.request('join', { room });
    }
  }
  return {
    ...{ history, memberships, readMarkers, nodeOf, phones, reconnect },
    phoneOf: (place: { user: string; node: number }) => found(phones.get(key(place))),
    authorOf: (place: { user: string; node: number }) => found(authors.get(key(place))),
    lastSeq: async (room: string) => (await history.read(room, { limit: 1 })).seq,
    lose: (times: number) => {
      lose = times;
    },
    /** The bus reports an interruption of the topics with a prefix. */
    interrupt: (topics: string) => {
      lose = 0;
      for (const [onMissed, topic] of [...missed]) if (topic.startsWith(topics)) onMissed();
    },
  };
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new RangeError('unknown client');
  return value;
}

test('counts equal those of the store after any sequence of sends, changes, reads, memberships and losses', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), async (steps) => {
      const { memberships, readMarkers, nodeOf, phones, reconnect, phoneOf, authorOf, lastSeq, lose, interrupt } =
        await world();
      for (const next of steps) {
        if (next.kind === 'lose messages') lose(next.times);
        else if (next.kind === 'interrupt') interrupt(next.topics);
        else if (next.kind === 'pass') await vi.advanceTimersByTimeAsync(next.ms);
        else {
          const { kind, room, user, node } = next;
          if (kind === 'send') void authorOf(next).request('send', { room, key: newKey(), text: next.text });
          else if (kind === 'edit') {
            const edits = Math.max(1, (await lastSeq(room)) - next.back);
            void authorOf(next).request('edit', { room, key: newKey(), edits, text: next.text });
          } else if (kind === 'delete') {
            const deletes = Math.max(1, (await lastSeq(room)) - next.back);
            void authorOf(next).request('delete', { room, key: newKey(), deletes });
          } else if (kind === 'read') {
            void phoneOf(next).request('read', { room, seq: Math.max(0, (await lastSeq(room)) - next.back) });
          } else if (kind === 'add') {
            await memberships.add(room, user);
            nodeOf(node).rooms.memberAdded(room, user);
          } else if (kind === 'remove') {
            await memberships.remove(room, user);
            nodeOf(node).rooms.memberRemoved(room, user);
          } else if (kind === 'reconnect') reconnect(user, node);
          else void phoneOf(next).request(kind, { room });
        }
        await quiet();
      }
      lose(0);
      for (const phone of phones.values()) {
        for (const room of roomNames) await phone.request('leave', { room });
      }
      await vi.advanceTimersByTimeAsync(1_000);
      await quiet();
      // The next message reveals lost ones.
      const outsider = nodeOf(0).connect('outsider');
      for (const room of roomNames) {
        await outsider.request('join', { room });
        await sendAll(outsider, room, ['for @lisa']);
      }
      for (let turn = 0; turn < 3; turn++) {
        await vi.advanceTimersByTimeAsync(600);
        await quiet();
      }
      for (const phone of phones.values()) {
        const { user } = phone.connection.identity;
        for (const room of roomNames) {
          const [stored] = await readMarkers.unread([{ room, user }]);
          const sent = phone.received('unread').findLast((frame) => frame['room'] === room);
          if (stored !== undefined) expect(sent).toEqual({ type: 'unread', room, ...stored });
        }
      }
    }),
    { numRuns: 300 },
  );
}, 60_000);
