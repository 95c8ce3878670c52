import type { Event, Reply, RoomsProtocol } from '@usher/protocol';
import { BehaviorSubject } from 'rxjs';
import type { TicketSocket } from '../socket/ticket-socket.ts';
import { maxPresent, maxTyping, typingEveryMs, typingForMs } from './constants.ts';
import type { PresentUser } from './room-types.ts';

/**
 * Creates the presence and typing state of a room.
 *
 * @param self returns the current user, whose own typing signals are ignored
 */
export function createPresence(room: string, socket: TicketSocket<RoomsProtocol>, self: () => string) {
  const presence$ = new BehaviorSubject<readonly PresentUser[]>([]);
  const typing$ = new BehaviorSubject<readonly string[]>([]);
  /** Presence events since the join request, until its reply arrives. */
  let buffered: Map<string, Event<RoomsProtocol, 'presence'>> | undefined;
  /** Per typing user, an object that identifies the last typing event. */
  const lastTyping = new Map<string, object>();
  let typingSentAt = -Infinity;

  function publishTyping(): void {
    typing$.next([...lastTyping.keys()]);
  }

  /** Called when a message of the user arrives. Removes the user from `typing$`. */
  function stopTyping(user: string): void {
    if (lastTyping.delete(user)) publishTyping();
  }

  /** Called when the connection or the room state is lost. Keeps the last known list. */
  function lost(): void {
    buffered = undefined;
    for (const user of lastTyping.keys()) stopTyping(user);
  }

  function onPresence(event: Event<RoomsProtocol, 'presence'>): void {
    const { user, status } = event;
    if (buffered) {
      if (buffered.size < maxPresent) buffered.set(user, event);
      return;
    }
    const others = presence$.value.filter((present) => present.user !== user);
    if (status !== 'offline') {
      if (others.length < maxPresent) presence$.next([...others, { user, status }].sort(byUser));
      return;
    }
    stopTyping(user);
    if (others.length < presence$.value.length) presence$.next(others);
  }

  return {
    /** The part of the room handle that the presence implements. */
    handle: { presence$, typing$ },
    /** Called when a join is requested. Events from now on may be newer than the reply. */
    joining(): void {
      lost();
      buffered = new Map();
    },
    joined(present: Reply<RoomsProtocol, 'join'>['present']): void {
      const events = buffered?.values() ?? [];
      buffered = undefined;
      presence$.next(present.toSorted(byUser));
      for (const event of events) onPresence(event);
    },
    lost,
    /** Called when the room is left. Clears the list. */
    left(): void {
      lost();
      if (presence$.value.length > 0) presence$.next([]);
    },
    onPresence,
    onTyping(user: string): void {
      const isNew = !lastTyping.has(user);
      if (user === self() || (isNew && lastTyping.size >= maxTyping)) return;
      const current = {};
      lastTyping.set(user, current);
      socket.later(typingForMs, () => {
        if (lastTyping.get(user) === current) stopTyping(user);
      });
      if (isNew) publishTyping();
    },
    stopTyping,
    /** Sends a typing signal, at most every 2 s. */
    sendTyping(): void {
      const now = performance.now();
      if (now - typingSentAt < typingEveryMs) return;
      typingSentAt = now;
      socket.signal('typing', { room });
    },
  };
}

function byUser(one: PresentUser, other: PresentUser): number {
  return one.user < other.user ? -1 : 1;
}
