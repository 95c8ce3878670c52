import type { RoomsProtocol } from '@usher/protocol';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakeError, FakeServer } from '../testing.ts';
import { faultsOf, watch } from '../testing/new-rooms.ts';
import { TicketSocket } from '../socket/ticket-socket.ts';
import { createRooms } from './rooms.ts';

type Action =
  | { readonly kind: 'write' | 'same text'; readonly text: string }
  | { readonly kind: 'others' | 'missed'; readonly count: number }
  | { readonly kind: 'lost' | 'drop' | 'page' | 'close' | 'open' }
  /** The outcome of the next send. */
  | { readonly kind: 'outcome'; readonly outcome: 'stored, no reply' | 'lost' | 'rate_limited' | 'internal' | 'silent' }
  | { readonly kind: 'pass'; readonly ms: number };

const anyAction: fc.Arbitrary<Action> = fc.oneof(
  // Few different texts, so that duplicates are frequent.
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('write' as const), text: fc.constantFrom('ok', 'yes', 'no') }),
  },
  fc.record({ kind: fc.constant('same text' as const), text: fc.constantFrom('ok', 'yes', 'no') }),
  fc.record({ kind: fc.constantFrom('others' as const, 'missed' as const), count: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ kind: fc.constantFrom('lost' as const, 'drop', 'page', 'close', 'open') }),
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('outcome' as const),
      outcome: fc.constantFrom('stored, no reply' as const, 'lost', 'rate_limited', 'internal', 'silent'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(0, 0, 100, 3_000) }) },
);

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000_000 });
});

afterEach(() => {
  vi.useRealTimers();
});

test('in any order of events, no gap or duplicate is shown, and every message is stored once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyAction, { maxLength: 50, size: 'max' }), async (all) => {
      vi.clearAllTimers();
      const server = new FakeServer();
      const socket = new TicketSocket<RoomsProtocol>(server.options);
      let count = 0;
      const rooms = createRooms(socket, { uuid: () => `key-${++count}` });
      const general = watch(rooms.room('general'));
      const serverRoom = server.room('general');
      serverRoom.page = 20;
      const written: string[] = [];
      let outcome: string | undefined;
      const defaultHandler = server.handle('send', (frame, from) => {
        const now = outcome;
        outcome = undefined;
        if (now === 'rate_limited' || now === 'internal') throw new FakeError(now, 100);
        if (now === 'stored, no reply') serverRoom.append('maggie', String(frame['text']), String(frame['key']));
        if (now === 'stored, no reply' || now === 'lost') from.end(1006);
        return now === undefined ? defaultHandler(frame, from) : undefined;
      });
      socket.connect();
      general.room.open();
      for (const action of all) {
        switch (action.kind) {
          case 'write':
            written.push(general.room.send(action.text));
            break;
          case 'same text':
            server.send('general', 'maggie', action.text);
            break;
          case 'others':
            for (let n = 0; n < action.count; n++) server.send('general', 'bart', 'ok');
            break;
          case 'missed':
            for (let n = 0; n < action.count; n++) serverRoom.append('bart', 'ok');
            break;
          case 'lost':
            server.sockets.at(-1)?.end(1006);
            break;
          case 'drop':
            socket.drop();
            break;
          case 'page':
            server.page.emit('offline');
            server.page.emit('online');
            break;
          case 'close':
            general.room.close();
            break;
          case 'open':
            general.room.open();
            break;
          case 'outcome':
            outcome = action.outcome;
            break;
          case 'pass':
            await vi.advanceTimersByTimeAsync(action.ms);
        }
      }
      outcome = undefined;
      general.room.open();
      await vi.advanceTimersByTimeAsync(30_000);
      if (socket.state.name !== 'open') await vi.advanceTimersByTimeAsync(5_000);
      // One more message, so that the client detects lost messages as a gap.
      server.send('general', 'bart', 'last');
      await vi.advanceTimersByTimeAsync(1_000);

      expect(faultsOf(general)).toEqual([]);
      expect(general.messages.map(({ status }) => status)).toEqual(general.messages.map(() => 'sent'));
      const shown = general.messages.map(({ seq, from, text }) => ({ seq, from, text }));
      const inServer = serverRoom.messages.map(({ seq, from, text }) => ({ seq, from, text }));
      expect(shown).toEqual(inServer.slice(-shown.length));
      const stored = serverRoom.keysOf('maggie');
      expect(stored).toEqual(written);
      const shownKeys = general.messages.flatMap(({ key }) => key ?? []);
      expect(shownKeys).toEqual(written.slice(-shownKeys.length || written.length));
      socket.stop();
    }),
    { numRuns: 100 },
  );
}, 30_000);
