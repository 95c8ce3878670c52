import { roomsProtocol } from '@usher/protocol/server';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import {
  createMemoryMemberships,
  createMemoryReadMarkers,
  MemoryMembershipStore,
} from '../membership/memory-memberships.ts';
import { createMemoryPresence, MemoryPresenceStore } from '../presence/memory-presence.ts';
import type { History } from '../rooms/history.ts';
import { createMemoryHistory } from '../rooms/memory-history.ts';
import type { Presence } from '../presence/presence.ts';
import { newKey, newNode, quiet, sendAll } from '../testing/new-node.ts';

/**
 * The maximum work that one hostile user can cause, by frame type. The clock is fake and the work is counted, so the result does
 * not depend on the machine. `npm run attacks -- hostile-neighbor` measures times.
 */

const room = 'general';
const seconds = 10;
const connections = 4;
/** Frames per connection, far beyond every limit. */
const framesPerSecond = 400;

/** The budget of a user over the whole test, in units. */
const units = 8_000 + 200 * seconds;
/** Allowed sends over the whole test: the burst of each connection plus its rate. */
const sends = connections * (60 + 20 * seconds);
const perPerson = (seconds * 1_000) / 500 + 2;

interface Case {
  /** The frame number `n`. `type` may differ if two types have to alternate. */
  readonly frame: (n: number) => object;
  /** The maximum calls of the history, the memberships, the read markers, the presence and `renew`. */
  readonly calls: number;
  /** The maximum frames that another member of the room receives. */
  readonly received: number;
}

const cases: Record<string, Case> = {
  ping: { frame: () => ({}), calls: 0, received: 0 },
  join: { frame: () => ({ room }), calls: units / 4, received: perPerson },
  // The limit of each of two alternating frames: a leave, and a join, which reads the history and changes the presence.
  leave: { frame: (n) => (n % 2 === 0 ? { room } : { type: 'join', room }), calls: units / 2, received: perPerson },
  history: { frame: () => ({ room, after: 0 }), calls: units / 4, received: 0 },
  send: { frame: () => ({ room, key: newKey(), text: 'x' }), calls: 2 * sends, received: sends },
  edit: { frame: () => ({ room, key: newKey(), edits: 1, text: 'x' }), calls: 2 * sends, received: sends },
  delete: { frame: (n) => ({ room, key: newKey(), deletes: n + 1 }), calls: 2 * sends, received: sends },
  read: { frame: (n) => ({ room, seq: n }), calls: units / 2, received: 0 },
  renew: { frame: () => ({ ticket: 'guess' }), calls: units / 4 + connections * (10 + seconds), received: 0 },
  typing: { frame: () => ({ room }), calls: 0, received: seconds / 2 + 1 },
  away: { frame: (n) => ({ away: n % 2 === 0 }), calls: units, received: perPerson },
  beat: { frame: () => ({}), calls: 0, received: 0 },
  response: { frame: (n) => ({ request: n, data: {} }), calls: 0, received: 0 },
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
});

/** Wraps an object and counts the calls of its methods. */
function counted<T extends object>(target: T, count: () => void): T {
  return new Proxy(target, {
    get(of, name) {
      const value: unknown = Reflect.get(of, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        count();
        return Reflect.apply(value, of, args) as unknown;
      };
    },
  });
}

test('has a case for every type of the rooms protocol', () => {
  const types = [...Object.keys(roomsProtocol.requests), ...Object.keys(roomsProtocol.signals)];
  expect(Object.keys(cases).toSorted()).toEqual(types.toSorted());
});

test.each(Object.entries(cases))(
  'bounds the effect on others of a user who floods %s',
  async (type, bounds) => {
    let calls = 0;
    const count = (): void => {
      calls++;
    };
    const history = createMemoryHistory({ rooms: [room] });
    const store = new MemoryMembershipStore(history);
    const node = newNode({
      history: counted<History>(history, count),
      memberships: counted(createMemoryMemberships(store), count),
      readMarkers: counted(createMemoryReadMarkers(store), count),
      presence: counted<Presence>(createMemoryPresence(new MemoryPresenceStore({ leaseMs: 3_600_000 })), count),
      renew: () => {
        count();
        return Promise.resolve(undefined);
      },
      heartbeatMs: 600_000,
      // Closing an abusive connection is a separate defense.
      limits: { refusedRequests: 1_000_000, refusedSends: 1_000_000 },
    });
    const neighbor = node.connect('bart');
    await neighbor.request('join', { room });
    const hostile = Array.from({ length: connections }, () => node.connect('mallory'));
    for (const client of hostile) await client.request('join', { room });
    const author = node.connect('mallory');
    await author.request('join', { room });
    await sendAll(author, room, Array.from({ length: 50 }, String));
    author.disconnect();
    await quiet();
    [calls, neighbor.frames.length] = [0, 0];
    let n = 0;
    for (let tenth = 0; tenth < seconds * 10; tenth++) {
      for (let index = 0; index < framesPerSecond / 10; index++, n++) {
        for (const client of hostile) client.sendFrame({ type, id: n + 1_000, ...bounds.frame(n) });
      }
      expect(await neighbor.request('ping')).toMatchObject({ type: 'reply' });
      await vi.advanceTimersByTimeAsync(100);
      await quiet();
      // Discard the frames: no assertion uses them, and waiting for a frame searches all of them.
      for (const client of hostile) client.frames.length = client.raw.length = 0;
    }
    for (const client of hostile) expect(client.closedWith).toBeUndefined();
    const received = neighbor.frames.filter((frame) => frame.type !== 'reply');
    expect(calls).toBeLessThanOrEqual(bounds.calls);
    expect(received.length).toBeLessThanOrEqual(bounds.received);
  },
  60_000,
);
