import type { RoomsProtocol } from '@usher/protocol';
import { BehaviorSubject } from 'rxjs';
import { Disconnected } from '../errors.ts';
import type { TicketSocket } from '../ticket-socket.ts';
import { retryMs } from './fault.ts';
import type { Unread } from './room-types.ts';

/** What of a room is read, as far as it was heard of, and as it was said here. */
export interface Reading {
  readonly unread$: BehaviorSubject<Unread | undefined>;
  /** The server says what is unread. */
  readonly take: (unread: Unread) => void;
  /** Everything up to `seq` is read. */
  readonly read: (seq: number) => void;
  connected(): void;
  lost(): void;
  /** Another history, or another person: nothing is known any more. */
  forget(): void;
}

/** @param known the last sequence that was heard of */
export function createReading(room: string, socket: TicketSocket<RoomsProtocol>, known: () => number): Reading {
  const unread$ = new BehaviorSubject<Unread | undefined>(undefined);
  /** Up to where it is read, and up to where the server knows. */
  let mark = 0;
  let acknowledged = 0;
  let faults = 0;
  /** The request under way, or the pause after one. */
  let asking: object | undefined;

  /** What came late does not take back what was read since. */
  function say(unread: Unread): void {
    const read = Math.max(unread.read, mark);
    unread$.next({ ...unread, read, ...(read >= unread.seq && { count: 0, mentions: 0 }) });
  }

  function push(): void {
    if (asking || acknowledged >= mark || !socket.welcome) return;
    const mine = (asking = {});
    const seq = mark;
    function done(): void {
      asking = undefined;
      faults = 0;
      acknowledged = Math.max(acknowledged, seq);
      push();
    }
    socket
      .request('read', { room, seq })
      .then(() => {
        if (mine === asking) done();
      })
      .catch((error: unknown) => {
        if (mine !== asking || error instanceof Disconnected) return;
        const ms = retryMs(error, ++faults);
        if (ms === undefined) {
          // Refused for good. The next one may go through.
          done();
          return;
        }
        socket.later(ms, () => {
          if (mine !== asking) return;
          asking = undefined;
          push();
        });
      });
  }

  return {
    unread$,
    take(unread) {
      if (unread.read > mark) mark = unread.read;
      acknowledged = Math.max(acknowledged, unread.read);
      say(unread);
    },
    read(seq) {
      socket.recheck();
      if (!(seq > mark)) return;
      mark = seq;
      const last = unread$.value;
      const end = Math.max(last?.seq ?? 0, known());
      // How much is left is not known here unless nothing is: the server will say.
      if (last ?? seq >= end) say({ count: 0, mentions: 0, ...last, seq: end, read: seq });
      push();
    },
    connected: push,
    lost() {
      asking = undefined;
    },
    forget() {
      mark = acknowledged = faults = 0;
      asking = undefined;
      if (unread$.value) unread$.next(undefined);
    },
  };
}
