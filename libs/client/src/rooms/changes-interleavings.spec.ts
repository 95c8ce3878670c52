import type { Message, RoomsProtocol } from '@usher/protocol';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakeError, FakeServer } from '../testing.ts';
import { faultsOf, watch } from '../testing/new-rooms.ts';
import { TicketSocket } from '../socket/ticket-socket.ts';
import type { Unsent } from './room-types.ts';
import { createRooms } from './rooms.ts';

/** Two devices of one user, and one device of another user. */
const devices = ['maggie', 'maggie', 'bart'];

type Action =
  | { readonly kind: 'write' | 'edit'; readonly who: number; readonly pick: number; readonly text: string }
  | { readonly kind: 'remove'; readonly who: number; readonly pick: number }
  /** Requests an older page, which arrives later. */
  | { readonly kind: 'lost' | 'drop' | 'close' | 'open' | 'request older' | 'older'; readonly who: number }
  | { readonly kind: 'missed'; readonly count: number }
  | { readonly kind: 'offline' | 'online' }
  /** The outcome of the next message or change. */
  | { readonly kind: 'outcome'; readonly outcome: 'stored, no reply' | 'lost' | 'rate_limited' | 'internal' | 'silent' }
  | { readonly kind: 'pass'; readonly ms: number };

const who = fc.nat(devices.length - 1);
const text = fc.constantFrom('ok', 'yes', 'no');

const anyAction: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('write' as const, 'edit'), who, pick: fc.nat(), text }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), who, pick: fc.nat() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('lost' as const, 'drop', 'close', 'open', 'request older', 'older'),
      who,
    }),
  },
  fc.record({ kind: fc.constant('missed' as const), count: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ kind: fc.constantFrom('offline' as const, 'online') }),
  fc.record({
    kind: fc.constant('outcome' as const),
    outcome: fc.constantFrom('stored, no reply' as const, 'lost', 'rate_limited', 'internal', 'silent'),
  }),
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(0, 0, 100, 3_000) }) },
);

function newDevice(server: FakeServer, user: string, name: string) {
  const socket = new TicketSocket<RoomsProtocol>(server.optionsOf(user));
  let count = 0;
  const rooms = createRooms(socket, { uuid: () => `${name}-${++count}`, user: () => user });
  const general = watch(rooms.room('general'));
  let unsent: readonly Unsent[] = [];
  general.room.unsent$.subscribe((all) => (unsent = all));
  socket.connect();
  general.room.open();
  return {
    name,
    user,
    socket,
    general,
    /** The keys of the messages that were written and not deleted before they were sent. */
    written: new Set<string>(),
    page: [] as readonly Message[],
    get unsent() {
      return unsent;
    },
    /** A shown message of this user, by `seq` or key. */
    own(pick: number): number | string | undefined {
      const all = general.messages.filter(({ from }) => from === user);
      const message = all[pick % all.length];
      return message?.seq ?? message?.key;
    },
  };
}

type Device = ReturnType<typeof newDevice>;

function act(server: FakeServer, device: Device, action: Extract<Action, { who: number }>): void {
  const { room } = device.general;
  switch (action.kind) {
    case 'write':
      device.written.add(room.send(action.text));
      break;
    case 'edit': {
      const own = device.own(action.pick);
      if (own !== undefined) room.edit(own, `${action.text}!`);
      break;
    }
    case 'remove': {
      const own = device.own(action.pick);
      // An unsent message is dropped, and `remove` returns its key.
      if (own !== undefined && room.remove(own) === own) device.written.delete(own);
      break;
    }
    case 'lost':
      server.live.find((socket) => server.userOf(socket) === device.user)?.end(1006);
      break;
    case 'drop':
      device.socket.drop();
      break;
    case 'close':
      room.close();
      break;
    case 'open':
      room.open();
      break;
    case 'request older': {
      const { messages } = server.room('general');
      device.page = messages.filter(({ seq }) => seq < (room.oldest ?? 0)).slice(-20);
      break;
    }
    case 'older':
      room.insertOlder(device.page);
  }
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000_000 });
});

afterEach(() => {
  vi.useRealTimers();
});

test('in any order of sends, edits, deletions and failures, all clients end with the messages of the server', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyAction, { maxLength: 60, size: 'max' }), async (all) => {
      vi.clearAllTimers();
      const server = new FakeServer();
      const serverRoom = server.room('general');
      serverRoom.page = 20;
      serverRoom.recoverable = 90;
      let outcome: string | undefined;
      for (const type of ['send', 'edit', 'delete']) {
        const defaultHandler = server.handle(type, (frame, from) => {
          const now = outcome;
          outcome = undefined;
          if (now === 'rate_limited' || now === 'internal') throw new FakeError(now, 100);
          if (now === 'stored, no reply' || now === 'lost') from.end(1006);
          return now === undefined || now === 'stored, no reply' ? defaultHandler(frame, from) : undefined;
        });
      }
      const all3 = devices.map((user, index) => newDevice(server, user, `device${index}`));
      for (const action of all) {
        if ('who' in action) {
          const device = all3[action.who];
          if (device) act(server, device, action);
        } else if (action.kind === 'missed') for (let n = 0; n < action.count; n++) serverRoom.append('lisa', 'ok');
        else if (action.kind === 'outcome') ({ outcome } = action);
        else if (action.kind === 'pass') await vi.advanceTimersByTimeAsync(action.ms);
        else server.page.emit(action.kind);
      }
      outcome = undefined;
      server.page.emit('online');
      for (const { general } of all3) general.room.open();
      await vi.advanceTimersByTimeAsync(60_000);
      // One more message, so that clients detect lost messages as a gap.
      server.send('general', 'lisa', 'last');
      await vi.advanceTimersByTimeAsync(1_000);

      const changes = new Set(
        serverRoom.messages.flatMap(({ seq, edits, deletes }) => ((edits ?? deletes) === undefined ? [] : [seq])),
      );
      const inServer = serverRoom.messages
        .filter(({ seq }) => !changes.has(seq))
        .map((message) => ({ ...message, room: undefined, status: 'sent', key: undefined }));
      for (const { name, user, general, unsent, written, socket } of all3) {
        expect(faultsOf(general, changes)).toEqual([]);
        expect(unsent).toEqual([]);
        const shown = general.messages.map((message) => ({ ...message, room: undefined, key: undefined }));
        expect(shown).toEqual(inServer.filter(({ seq }) => seq >= (general.room.oldest ?? 0)));
        const stored = serverRoom.keysOf(user).filter((key) => key.startsWith(name) && written.has(key));
        expect(stored).toEqual([...written]);
        socket.stop();
      }
    }),
    { numRuns: 100 },
  );
}, 30_000);
