import { shouldReconnect, type RoomsProtocol, type TicketResponse } from '@usher/protocol';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakeServer, type FakeSocket } from '../testing.ts';
import { TicketRefused } from './errors.ts';
import { TicketSocket } from './ticket-socket.ts';

/** All events that can happen to a connection, in any order. */
type Action =
  | { readonly kind: 'connect' | 'stop' | 'drop' | 'retry' | 'signOut' | 'accept' | 'ticket' | 'lease' | 'ping' }
  | { readonly kind: 'page'; readonly event: 'online' | 'offline' | 'pageshow' | 'pagehide' | 'visibilitychange' }
  | { readonly kind: 'refuse'; readonly terminal: boolean; readonly retryAfterMs: number }
  | { readonly kind: 'close'; readonly code: number }
  | { readonly kind: 'slot'; readonly ms: number }
  | { readonly kind: 'pass' | 'jump'; readonly ms: number };

const anyAction: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<Action>({ kind: 'connect' }, { kind: 'accept' }, { kind: 'ticket' }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...(['connect', 'stop', 'drop', 'retry', 'signOut', 'lease', 'ping'] as const).map((kind) => ({ kind })),
    ),
  },
  fc.record({
    kind: fc.constant('page' as const),
    event: fc.constantFrom('online', 'offline', 'pageshow', 'pagehide', 'visibilitychange'),
  }),
  fc.record({ kind: fc.constant('refuse' as const), terminal: fc.boolean(), retryAfterMs: fc.nat(30_000) }),
  fc.record({
    kind: fc.constant('close' as const),
    code: fc.constantFrom(1000, 1006, 1009, 1012, 4001, 4029, 4500, 4501),
  }),
  fc.record({ kind: fc.constant('slot' as const), ms: fc.constantFrom(0, 0, 1, 5_000) }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.oneof(fc.nat(2_000), fc.nat(60_000)) }),
  // The device slept: the clock has advanced, timers have not.
  fc.record({ kind: fc.constant('jump' as const), ms: fc.integer({ min: -100_000, max: 10_000_000 }) }),
);

/** A client whose ticket calls and handshakes wait until the test releases them. */
class World {
  readonly server = new FakeServer();
  readonly socket: TicketSocket<RoomsProtocol>;
  readonly calls: PromiseWithResolvers<TicketResponse>[] = [];
  signedOut = false;
  dialsAtSignOut = 0;
  /** In a final state: the number of sockets opened before. */
  dialsAtRest: number | undefined;

  constructor(random: () => number) {
    this.server.ticket = () => {
      const call = Promise.withResolvers<TicketResponse>();
      this.calls.push(call);
      return call.promise;
    };
    this.server.onHandshake = () => undefined;
    this.socket = new TicketSocket<RoomsProtocol>({ ...this.server.options, random });
  }

  get lastSocket(): FakeSocket | undefined {
    return this.server.sockets.at(-1);
  }

  perform(action: Action): void {
    const { server, socket } = this;
    switch (action.kind) {
      case 'connect':
        this.signedOut = false;
        socket.connect();
        break;
      case 'stop':
        socket.stop();
        break;
      case 'drop':
        socket.drop();
        break;
      case 'retry':
        socket.retryNow();
        break;
      case 'signOut':
        socket.signOut();
        this.signedOut = true;
        this.dialsAtSignOut = server.sockets.length;
        break;
      case 'ping':
        socket.ping().catch(() => undefined);
        break;
      case 'accept':
        if (this.lastSocket?.state === 'connecting') server.admit(this.lastSocket);
        break;
      case 'lease':
        this.lastSocket?.emit({ type: 'lease', lease: 1 });
        break;
      case 'ticket':
        // Any pending call, including aborted ones.
        this.calls.shift()?.resolve(server.issue());
        break;
      case 'refuse':
        this.calls
          .shift()
          ?.reject(
            action.terminal
              ? new TicketRefused('session_ended', 401, 'operator')
              : new TicketRefused('draining', 503, 'draining', action.retryAfterMs),
          );
        break;
      case 'close':
        this.lastSocket?.end(action.code);
        break;
      case 'slot':
        server.connectAfterMs = action.ms;
        break;
      case 'page':
        server.page.emit(action.event);
        break;
      case 'jump':
        vi.setSystemTime(Date.now() + action.ms);
        break;
      case 'pass':
        break;
    }
  }

  check(): void {
    const { server, socket } = this;
    const { name, reason } = socket.state;
    const context = `in ${name} because of ${reason.kind}`;
    expect(server.live.length, context).toBeLessThanOrEqual(1);
    expect(reason.kind, context).toBeTypeOf('string');
    switch (name) {
      case 'open':
        expect(
          server.live.map(({ state }) => state),
          context,
        ).toEqual(['open']);
        expect(vi.getTimerCount(), context).toBeGreaterThan(0);
        break;
      case 'connecting':
        expect(server.live, context).toHaveLength(1);
        expect(vi.getTimerCount(), context).toBeGreaterThan(0);
        break;
      case 'ticket':
      case 'waiting':
      case 'backoff':
        expect(server.live, context).toEqual([]);
        expect(vi.getTimerCount(), context).toBeGreaterThan(0);
        break;
      default:
        expect(server.live, context).toEqual([]);
        expect(vi.getTimerCount(), context).toBe(0);
        expect(server.sockets.length, context).toBe(this.dialsAtRest ?? server.sockets.length);
    }
    this.dialsAtRest = vi.getTimerCount() === 0 ? server.sockets.length : undefined;
    if (name === 'signed_out' || name === 'stopped') {
      expect(['requested', 'refused', 'signed_out', 'closed'], context).toContain(reason.kind);
      if (reason.kind === 'refused') expect(reason, context).toMatchObject({ code: 'session_ended', text: 'operator' });
      if (reason.kind === 'closed') expect(shouldReconnect(Number(reason.code)), context).toBe(false);
    }
    expect(socket.welcome === undefined, context).toBe(name !== 'open');
    if (this.signedOut) {
      expect(name).toBe('signed_out');
      expect(server.sockets).toHaveLength(this.dialsAtSignOut);
    }
    const tickets = server.sockets.map(({ ticket }) => ticket);
    expect(new Set(tickets).size).toBe(tickets.length);
  }
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000_000 });
});

afterEach(() => {
  vi.useRealTimers();
});

test('in any order of events, there are never two sockets, no socket remains after a sign-out, and the client never waits without a timer or a reason', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyAction, { maxLength: 60 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      async (all, random) => {
        vi.clearAllTimers();
        vi.setSystemTime(1_000_000_000);
        const world = new World(() => random);
        for (const action of all) {
          world.perform(action);
          world.check();
          await vi.advanceTimersByTimeAsync(action.kind === 'pass' ? action.ms : 0);
          world.check();
        }
        world.socket.stop();
        world.check();
      },
    ),
    { numRuns: 400 },
  );
});

test('after any order of events, the connection is open within 90 seconds once the server is healthy', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyAction, { maxLength: 40 }), async (all) => {
      vi.clearAllTimers();
      vi.setSystemTime(1_000_000_000);
      const world = new World(() => 0.999);
      for (const action of all) {
        world.perform(action);
        await vi.advanceTimersByTimeAsync(action.kind === 'pass' ? action.ms : 0);
      }
      const { server, socket } = world;
      server.connectAfterMs = 0;
      server.ticket = () => Promise.resolve(server.issue());
      server.onHandshake = (dialed) => {
        server.admit(dialed);
      };
      const isAtRest = ['idle', 'signed_out', 'stopped'].includes(socket.state.name);
      const opened = vi.fn();
      socket.state$.subscribe(({ name }) => {
        if (name === 'open') opened();
      });
      await vi.advanceTimersByTimeAsync(90_000);
      expect(opened.mock.calls.length > 0).toBe(!isAtRest);
      socket.stop();
    }),
    { numRuns: 200 },
  );
});
