import type { RoomsProtocol, TicketResponse } from '@usher/protocol';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fetchTicket } from './fetch-ticket.ts';
import { createRooms } from '../rooms.ts';
import { ticketFrom } from '../session.ts';
import { FakeServer } from '../testing.ts';
import { newJwt } from '../testing/new-socket.ts';
import { TicketRefused } from './errors.ts';
import { TicketSocket } from './ticket-socket.ts';

/** Ann in two sessions, and Bob. Rooms and messages carry the name of their identity, so that a leak can be recognized. */
const names = ['ann-1', 'ann-2', 'bob-1'] as const;
type Name = (typeof names)[number];
type Kind = 'token' | 'session';

const tokens = new Map<string, Name>();

function tokenOf(name: Name, version: number): string {
  const [user = '', session] = name.split('-');
  const token = newJwt({ sub: user, sid: `${user} ${session}`, iat: version });
  tokens.set(token, name);
  return token;
}

type Action =
  | { readonly kind: 'sign in' | 'refresh'; readonly name: Name }
  | {
      readonly kind:
        'sign out' | 'connect' | 'recheck' | 'drop' | 'stop' | 'send' | 'read' | 'close' | 'open' | 'lease';
    }
  | { readonly kind: 'ticket' | 'fresh'; readonly which: number }
  | { readonly kind: 'refuse' | 'receive'; readonly which: number }
  | { readonly kind: 'end'; readonly code: number }
  | { readonly kind: 'pass'; readonly ms: number };

const name = fc.constantFrom(...names);
const which = fc.nat(5);
const anyAction: fc.Arbitrary<Action> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('sign in' as const, 'refresh'), name }) },
  {
    weight: 10,
    arbitrary: fc
      .constantFrom(
        ...([
          'sign out',
          'connect',
          'connect',
          'recheck',
          'drop',
          'stop',
          'send',
          'send',
          'open',
          'read',
          'lease',
        ] as const),
      )
      .map((kind) => ({ kind })),
  },
  { weight: 14, arbitrary: fc.record({ kind: fc.constantFrom('ticket' as const, 'fresh'), which }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('refuse' as const, 'receive'), which }) },
  fc.record({ kind: fc.constant('end' as const), code: fc.constantFrom(1006, 1012, 4001, 4501) }),
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(0, 500, 20_000) }) },
);

class World {
  readonly server = new FakeServer();
  readonly faults: string[] = [];
  /** Pending ticket calls, with the identity of their token. */
  readonly calls: { readonly name: Name; readonly response: PromiseWithResolvers<Response> }[] = [];
  /** Pending refreshes. Each resolves to a token of the identity that started it, even if it is late. */
  readonly refreshes: {
    readonly token: string | undefined;
    readonly response: PromiseWithResolvers<string | undefined>;
  }[] = [];
  readonly owners = new Map<string, Name>();
  readonly socket: TicketSocket<RoomsProtocol>;
  readonly rooms: ReturnType<typeof createRooms>;
  token: string | undefined;
  sent = 0;
  opened = 0;

  constructor(kind: Kind) {
    const { server } = this;
    const options = {
      url: '/api/ws_ticket',
      fetch: (_: unknown, init?: RequestInit) => {
        const caller = tokens.get(new Headers(init?.headers).get('authorization')?.slice(7) ?? '');
        if (caller === undefined) throw new Error('no token');
        const response = Promise.withResolvers<Response>();
        this.calls.push({ name: caller, response });
        return response.promise;
      },
    };
    const fresh = (): Promise<string | undefined> => {
      const response = Promise.withResolvers<string | undefined>();
      this.refreshes.push({ token: this.token, response });
      return response.promise;
    };
    const who = () => {
      if (this.token === undefined) return undefined;
      const [user = '', session = ''] = this.now?.split('-') ?? [];
      return { user, session: `${user} ${session}` };
    };
    const { WebSocket: Inner } = server.options;
    const dialed = (url: string): void => {
      const owner = this.owners.get(new URL(url).searchParams.get('ticket') ?? '');
      this.opened++;
      if (owner !== this.now) this.faults.push(`a ticket of ${owner} opened a socket for ${this.now}`);
    };
    this.socket = new TicketSocket<RoomsProtocol>({
      ...server.options,
      ticket:
        kind === 'token'
          ? fetchTicket({ ...options, token: () => this.token })
          : ticketFrom({ fresh, renew: fresh, who }, options),
      WebSocket: class extends Inner {
        constructor(url: string, protocol: string) {
          dialed(url);
          super(url, protocol);
        }
      },
    });
    this.rooms = createRooms(this.socket);
    for (const each of names) {
      this.rooms.room(each).messages$.subscribe((messages) => {
        if (messages.length > 0 && this.now !== each) this.faults.push(`${this.now} sees messages of ${each}`);
      });
    }
  }

  get now(): Name | undefined {
    return tokens.get(this.token ?? '');
  }

  perform(action: Action): void {
    const { server, socket, now } = this;
    const room = now && this.rooms.room(now);
    switch (action.kind) {
      case 'sign in':
        this.token = tokenOf(action.name, 0);
        break;
      case 'refresh':
        if (now) this.token = tokenOf(now, ++this.sent);
        break;
      case 'sign out':
        this.token = undefined;
        break;
      case 'connect':
      case 'recheck':
      case 'drop':
      case 'stop':
        socket[action.kind]();
        break;
      case 'send':
        room?.send(`${now} ${++this.sent}`);
        break;
      case 'open':
        room?.open();
        break;
      case 'read':
        room?.read(++this.sent);
        break;
      case 'lease':
        server.sockets.at(-1)?.emit({ type: 'lease', lease: 1 });
        break;
      case 'ticket': {
        // Any call, including aborted ones.
        const [call] = this.calls.splice(action.which % Math.max(1, this.calls.length), 1);
        if (!call) break;
        const issued: TicketResponse = server.issue(call.name.split('-')[0]);
        this.owners.set(issued.ticket, call.name);
        call.response.resolve(Response.json(issued));
        break;
      }
      case 'refuse': {
        const [call] = this.calls.splice(action.which % Math.max(1, this.calls.length), 1);
        call?.response.reject(new TicketRefused('session_ended', 401));
        break;
      }
      case 'fresh': {
        const [refresh] = this.refreshes.splice(action.which % Math.max(1, this.refreshes.length), 1);
        refresh?.response.resolve(refresh.token);
        break;
      }
      case 'receive': {
        const each = names[action.which % names.length];
        if (each) server.send(each, 'lisa', `for ${each}`);
        break;
      }
      case 'end':
        server.sockets.at(-1)?.end(action.code);
        break;
      case 'close':
      case 'pass':
        break;
    }
  }

  check(): void {
    const { server, socket } = this;
    for (const each of server.sockets) {
      const owner = this.owners.get(each.ticket);
      for (const frame of each.received) {
        const isForeign = 'room' in frame && frame['room'] !== owner;
        if (isForeign) this.faults.push(`${frame.type} for ${String(frame['room'])} on a socket of ${owner}`);
        if (frame.type !== 'renew') continue;
        const renewedBy = this.owners.get(String(frame['ticket']));
        if (renewedBy !== owner) this.faults.push(`a ticket of ${renewedBy} renewed a socket of ${owner}`);
      }
    }
    socket.recheck();
    expect(this.faults).toEqual([]);
    expect(server.live.length).toBeLessThanOrEqual(1);
    const [live] = server.live;
    if (live) expect(this.owners.get(live.ticket)).toBe(this.now);
  }
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000_000 });
});

afterEach(() => {
  vi.useRealTimers();
});

// A failure prints its path. INTERLEAVINGS_SEED repeats all interleavings of a seed, and INTERLEAVINGS_PATH with it only the failing one.
const { INTERLEAVINGS_SEED, INTERLEAVINGS_PATH } = process.env;
const seed = Number(INTERLEAVINGS_SEED ?? Math.trunc(Math.random() * 2 ** 31));
const numRuns = 1_000;

test.each<Kind>(['token', 'session'])(
  `sends and shows nothing of another identity, with a %s (${numRuns} interleavings, seed ${seed})`,
  async (kind) => {
    let opened = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyAction, { minLength: 20, maxLength: 80 }), fc.boolean(), async (all, rechecks) => {
        vi.clearAllTimers();
        vi.setSystemTime(1_000_000_000);
        const world = new World(kind);
        for (const first of ['sign in', 'connect'] as const) world.perform({ kind: first, name: 'ann-1' });
        for (const action of all) {
          world.perform(action);
          await vi.advanceTimersByTimeAsync(action.kind === 'pass' ? action.ms : 0);
          // Without this call, the next frame, ticket or message detects the change.
          if (rechecks) world.check();
        }
        world.check();
        opened += world.opened;
        world.socket.stop();
      }),
      { seed, numRuns, ...(INTERLEAVINGS_PATH !== undefined && { path: INTERLEAVINGS_PATH }) },
    );
    // Otherwise the runs would prove nothing.
    if (INTERLEAVINGS_PATH === undefined) expect(opened).toBeGreaterThan(numRuns / 3);
  },
  60_000,
);
