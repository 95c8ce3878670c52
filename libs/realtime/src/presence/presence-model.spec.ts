import { roomBounds } from '@usher/protocol/server';
import fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createMemoryBus } from '../bus/memory-bus.ts';
import { createMemoryPresence } from './memory-presence.ts';
import type { Presence, Status } from './presence.ts';
import { type Client, newNode, quiet } from '../testing/new-node.ts';

const graceMs = 1_000;
const everyMs = roomBounds.presenceEveryMs;
const who = fc.nat(5);

/** Events, in any order, of six connections of two users on two nodes, with a slow store. */
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('join' as const), who }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('leave' as const), who }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('drop' as const), who, node: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('sign out' as const), who, node: fc.boolean() }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('turn' as const), who, away: fc.boolean() }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('go on' as const), which: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(1_200) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const), times: fc.nat(3) }) },
);

const people = ['maggie', 'bart', 'maggie', 'bart', 'maggie', 'bart'] as const;

function world() {
  const memory = createMemoryPresence();
  const underWay: (() => void)[] = [];
  let free = false;
  let lose = 0;
  const slowly = async <T>(call: () => Promise<T>): Promise<T> => {
    const gate = (): Promise<void> =>
      free
        ? Promise.resolve()
        : new Promise((resolve) => {
            underWay.push(resolve);
          });
    await gate();
    const result = await call();
    await gate();
    return result;
  };
  const presence: Presence = {
    ...memory,
    // A join waits for the first list of its room, so `list` is not delayed.
    set: (node, views) => slowly(() => memory.set(node, views)),
    renew: (node) => slowly(() => memory.renew(node)),
  };
  const inner = createMemoryBus();
  const bus = {
    publish: (topic: string, payload: string) => {
      if (topic.startsWith('presence:') && lose > 0) lose--;
      else inner.publish(topic, payload);
    },
    subscribe: inner.subscribe.bind(inner),
    close: () => undefined,
  };
  const nodes = [
    newNode({ bus, presence, presenceGraceMs: graceMs }),
    newNode({ bus, presence, presenceGraceMs: graceMs }),
  ] as const;
  const connected: Timed[] = [];
  const connect = (user: string, node: boolean): Client => {
    const client = nodes[node ? 1 : 0].connect(user);
    const at: number[] = [];
    const send = client.send.bind(client);
    client.send = (frame) => {
      at.push(performance.now());
      send(frame);
    };
    connected.push({ client, at });
    return client;
  };
  return {
    memory,
    connect,
    connected,
    clients: people.map((user, index) => connect(user, index > 2)),
    signOut: (client: Client) => {
      for (const { connections } of nodes) connections.close({ id: client.connection.id }, 'session_ended');
    },
    goOn: (which: number) => {
      underWay.splice(which % Math.max(1, underWay.length), 1)[0]?.();
    },
    lose: (times: number) => {
      lose = times;
    },
    release: () => {
      free = true;
      lose = 0;
      for (const go of underWay.splice(0)) go();
    },
  };
}

/** The presence list as one client sees it: the reply to its last join, updated by all later events. */
function viewOf(client: Client): Map<string, Status> | undefined {
  let view: Map<string, Status> | undefined;
  for (const { type, data, user, status } of client.frames) {
    if (type === 'reply') {
      const present = (data as { present?: { user: string; status: Status }[] }).present;
      view = present && new Map(present.map((one) => [one.user, one.status]));
    } else if (type === 'presence' && view !== undefined) {
      if (status === 'offline') view.delete(user as string);
      else view.set(user as string, status as Status);
    }
  }
  return view;
}

/** A client, and when it received each frame after its `welcome`. */
interface Timed {
  readonly client: Client;
  readonly at: readonly number[];
}

/** The shortest time between two changes of one user that a client received while it was in the room. */
function shortestInterval({ client, at }: Timed): number {
  const last = new Map<unknown, number>();
  let shortest = Infinity;
  for (const [index, { type, data, user }] of client.frames.slice(1).entries()) {
    // The list in the reply to a join does not count as a change.
    if (type === 'reply' && data !== undefined) last.clear();
    if (type !== 'presence') continue;
    const now = at[index] ?? Number.NaN;
    shortest = Math.min(shortest, now - (last.get(user) ?? -Infinity));
    last.set(user, now);
  }
  return shortest;
}

test('all members of a room converge on the same presence with at most one change per 500 ms, whatever happens on two nodes', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), async (steps) => {
      const { clients, connect, connected, memory, signOut, goOn, lose, release } = world();
      const away = new Set<Client>();
      const joined = new Set<Client>();
      const client = (index: number): Client => {
        const found = clients[index];
        if (found === undefined) throw new RangeError('unknown client');
        return found;
      };
      /** Reconnects on either node. The client has to join again. */
      const gone = (index: number, node: boolean): void => {
        joined.delete(client(index));
        clients[index] = connect(client(index).connection.identity.user, node);
      };
      for (const next of steps) {
        if (next.kind === 'join') {
          void client(next.who).request('join', { room: 'general' });
          joined.add(client(next.who));
        } else if (next.kind === 'leave') {
          void client(next.who).request('leave', { room: 'general' });
          joined.delete(client(next.who));
        } else if (next.kind === 'drop') {
          client(next.who).disconnect(1006);
          gone(next.who, next.node);
        } else if (next.kind === 'sign out') {
          signOut(client(next.who));
          gone(next.who, next.node);
        } else if (next.kind === 'turn') {
          client(next.who).sendFrame({ type: 'away', away: next.away });
          if (next.away) away.add(client(next.who));
          else away.delete(client(next.who));
        } else if (next.kind === 'go on') goOn(next.which);
        else if (next.kind === 'lose') lose(next.times);
        else await vi.advanceTimersByTimeAsync(next.ms);
        await quiet();
      }
      release();
      // The grace period, the gap timeout and the interval between two changes of one user.
      await quiet();
      await vi.advanceTimersByTimeAsync(graceMs + 100 + everyMs);
      await quiet();
      // The next change reveals a lost one.
      const outsider = connect('outsider', true);
      await outsider.request('join', { room: 'general' });
      await quiet();
      await outsider.request('leave', { room: 'general' });
      await quiet();
      await vi.advanceTimersByTimeAsync(100 + 2 * everyMs);
      await quiet();

      const model = new Map<string, Status>();
      for (const one of joined) {
        const { user } = one.connection.identity;
        if (!away.has(one)) model.set(user, 'online');
        else if (!model.has(user)) model.set(user, 'away');
      }
      const { present, total } = await memory.list('general');
      expect(new Map(present.map(({ user, status }) => [user, status as Status]))).toEqual(model);
      expect(total).toBe(model.size);
      for (const one of joined) expect(viewOf(one)).toEqual(model);
      for (const one of connected) expect(shortestInterval(one)).toBeGreaterThanOrEqual(everyMs);
    }),
    { numRuns: 500 },
  );
}, 60_000);
