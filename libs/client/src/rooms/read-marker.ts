import type { RoomsProtocol } from '@usher/protocol';
import { BehaviorSubject } from 'rxjs';
import type { TicketSocket } from '../socket/ticket-socket.ts';
import { handleReply, retryMs } from './retry.ts';
import type { Unread } from './room-types.ts';

/**
 * Creates the read marker and the unread counts of a room.
 *
 * @param known returns the last known sequence number of the room
 */
export function createReadMarker(room: string, socket: TicketSocket<RoomsProtocol>, known: () => number) {
  const unread$ = new BehaviorSubject<Unread | undefined>(undefined);
  /** The local read marker, and the one that the server has acknowledged. */
  let mark = 0;
  let acknowledged = 0;
  let failures = 0;
  /** The pending request, or the pause after one. */
  let pending: object | undefined;

  /** Publishes unread counts. A late event does not move the read marker back. */
  function publish(unread: Unread): void {
    const read = Math.max(unread.read, mark);
    unread$.next({ ...unread, read, ...(read >= unread.seq && { count: 0, mentions: 0 }) });
  }

  function flush(): void {
    if (pending || acknowledged >= mark || !socket.welcome) return;
    const current = (pending = {});
    const seq = mark;
    function done(): void {
      pending = undefined;
      failures = 0;
      acknowledged = Math.max(acknowledged, seq);
      flush();
    }
    handleReply(
      socket.request('read', { room, seq }),
      () => current === pending,
      done,
      (error) => {
        const ms = retryMs(error, ++failures);
        if (ms === undefined) {
          // Rejected permanently. The next one may succeed.
          done();
          return;
        }
        socket.later(ms, () => {
          if (current !== pending) return;
          pending = undefined;
          flush();
        });
      },
    );
  }

  function read(seq: number): void {
    socket.recheck();
    if (!(seq > mark)) return;
    mark = seq;
    const last = unread$.value;
    const end = Math.max(last?.seq ?? 0, known());
    // The remaining count is known here only if it is 0. Otherwise the server reports it.
    if (last ?? seq >= end) publish({ count: 0, mentions: 0, ...last, seq: end, read: seq });
    flush();
  }

  return {
    /** The part of the room handle that the read marker implements. */
    handle: { unread$, read },
    /** Applies an `unread` event of the server. */
    onUnread(unread: Unread): void {
      if (unread.read > mark) mark = unread.read;
      acknowledged = Math.max(acknowledged, unread.read);
      publish(unread);
    },
    connected: flush,
    lost(): void {
      pending = undefined;
    },
    /** Clears all state, for a new epoch or another user. */
    forget(): void {
      mark = acknowledged = failures = 0;
      pending = undefined;
      if (unread$.value) unread$.next(undefined);
    },
  };
}
