import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Bus } from '../bus/bus.ts';
import type { History } from './history.ts';
import { createMemoryBus } from '../bus/memory-bus.ts';
import { createMemoryHistory } from './memory-history.ts';
import { type Client, newKey, newNode, quiet, range } from '../testing/new-node.ts';

/**
 * Events in any order: a client joins on one of two nodes, a client sends, a pending read or append advances one step, or the bus
 * delivers, reorders or loses messages.
 */
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('join' as const), who: fc.nat(3), rejoin: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('send' as const), who: fc.nat(3) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('outside' as const) }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('go on' as const), which: fc.nat(5) }) },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('bring' as const), which: fc.oneof(fc.constant(0), fc.nat(5)) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const), which: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), who: fc.nat(3) }) },
);

interface JoinReply {
  readonly seq: number;
  readonly messages: readonly { readonly seq: number }[];
}

function world() {
  const memory = createMemoryHistory({ rooms: ['general'] });
  const inner = createMemoryBus();
  const underWay: (() => void)[] = [];
  const held: { readonly topic: string; readonly payload: string }[] = [];
  let free = false;

  const gate = (): Promise<void> =>
    free
      ? Promise.resolve()
      : new Promise((resolve) => {
          underWay.push(resolve);
        });
  // Appends of a room must resolve in sequence order, however long each takes.
  let lastAppend: Promise<unknown> = Promise.resolve();
  const history: History = {
    heads: memory.heads.bind(memory),
    append: (room, entry) => {
      const appending = memory.append(room, entry);
      const before = lastAppend;
      lastAppend = (async () => {
        await gate();
        await before;
        return appending;
      })();
      return lastAppend as ReturnType<History['append']>;
    },
    // A consistent snapshot of some time between the start and the end of the read.
    read: async (room, pages) => {
      await gate();
      const page = await memory.read(room, pages);
      await gate();
      return page;
    },
  };
  const bus: Bus = {
    publish: (topic, payload) => {
      if (free) inner.publish(topic, payload);
      else held.push({ topic, payload });
    },
    subscribe: (topic, subscriber) => inner.subscribe(topic, subscriber),
    close: () => undefined,
  };
  const nodes = [newNode({ history, bus, gapTimeoutMs: 1 }), newNode({ history, bus, gapTimeoutMs: 1 })] as const;
  const clients = ['maggie', 'bart', 'lisa', 'homer'].map((user, index) =>
    nodes[index % 2 === 0 ? 0 : 1].connect(user),
  );

  return {
    clients,
    memory,
    client: (who: number): Client => {
      const client = clients[who];
      if (client === undefined) throw new RangeError('no client');
      return client;
    },
    goOn: (which: number) => {
      underWay.splice(which % Math.max(1, underWay.length), 1)[0]?.();
    },
    bring: (which: number) => {
      const [message] = held.splice(which % Math.max(1, held.length), 1);
      if (message !== undefined) inner.publish(message.topic, message.payload);
    },
    lose: (which: number) => {
      held.splice(which % Math.max(1, held.length), 1);
    },
    publishFromElsewhere: async () => {
      const { epoch } = await memory.read('general', { limit: 1 });
      const { message } = await memory.append('general', { user: 'elsewhere', key: newKey(), text: 'x' });
      held.push({
        topic: 'room:general',
        payload: `${message.seq} ${epoch} ${JSON.stringify({ type: 'message', ...message })}`,
      });
    },
    /** No delays and losses from here on. */
    release: () => {
      free = true;
      for (const go of underWay.splice(0)) go();
      for (const message of held.splice(0)) inner.publish(message.topic, message.payload);
    },
  };
}

/**
 * From each successful join on, the page and the live messages must form one sequence without gaps or duplicates. The last one must
 * end with the last message. After a leave nothing may follow.
 */
function sawEverythingOnce(client: Client, last: number): void {
  let expected: number | undefined;
  for (const { type, seq, data } of client.frames) {
    if (type === 'message') {
      expect(seq).toBe(expected);
      expected = Number(seq) + 1;
    } else if (type === 'reply' && isObject(data)) {
      if ('recovery' in data) {
        const page = data as unknown as JoinReply;
        expect(page.messages.map((message) => message.seq)).toEqual(
          range(page.seq - page.messages.length + 1, page.seq),
        );
        expected = page.seq + 1;
      } else if (!('seq' in data)) {
        expected = undefined;
      }
    }
  }
  expect(expected).toBe(last + 1);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

test('every member receives each message once and in order, for any order of reads, appends and bus deliveries', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const { client, clients, memory, goOn, bring, lose, publishFromElsewhere, release } = world();
      const lastSeen = (one: Client): number | undefined =>
        one.received('message').at(-1)?.['seq'] as number | undefined;
      for (const next of steps) {
        if (next.kind === 'join') {
          const after = next.rejoin ? lastSeen(client(next.who)) : undefined;
          void client(next.who).request('join', { room: 'general', ...(after === undefined ? {} : { after }) });
        } else if (next.kind === 'send') {
          void client(next.who).request('send', { room: 'general', key: newKey(), text: 'x' });
        } else if (next.kind === 'outside') await publishFromElsewhere();
        else if (next.kind === 'leave') void client(next.who).request('leave', { room: 'general' });
        else if (next.kind === 'go on') goOn(next.which);
        else if (next.kind === 'bring') bring(next.which);
        else lose(next.which);
        await quiet();
      }
      release();
      // Clients outside the room join now; the others continue. All must end with the last message.
      const say = { room: 'general', text: 'last' };
      for (const one of clients) {
        if ((await one.request('send', { ...say, key: newKey() })).type === 'reply') continue;
        await one.request('join', { room: 'general' });
        await one.request('send', { ...say, key: newKey() });
      }
      const { seq } = await memory.read('general', { limit: 1 });
      for (const one of clients) {
        await one.waitFor((frame) => frame.type === 'message' && frame['seq'] === seq);
        sawEverythingOnce(one, seq);
        expect(one.closedWith).toBeUndefined();
      }
    }),
    { numRuns: 500 },
  );
}, 60_000);
