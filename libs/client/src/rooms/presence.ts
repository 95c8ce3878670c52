import type { Event, Reply, RoomsProtocol } from '@usher/protocol';
import type { roomBounds } from '@usher/protocol/server';
import { BehaviorSubject } from 'rxjs';
import type { TicketSocket } from '../socket/ticket-socket.ts';
import { lowerBound } from './binary-search.ts';
import type { PresentUser, RoomHandle } from './room-types.ts';

const typingEveryMs: (typeof roomBounds)['typingEveryMs'] = 2_000;
const typingForMs: (typeof roomBounds)['typingForMs'] = 5_000;
/** The server lists at most this many users. */
const maxPresent = 2_000;
const maxTyping = 100;

/** The presence and typing state of a room. */
export interface Presence {
  /** The part of the room handle that the presence implements. */
  readonly handle: Pick<RoomHandle, 'presence$' | 'typing$'>;
  /** Called when a join is requested. Events from now on may be newer than the reply. */
  joining(): void;
  joined(present: Reply<RoomsProtocol, 'join'>['present']): void;
  /** Called when the connection or the room state is lost. Keeps the last known list. */
  lost(): void;
  /** Called when the room is left. Clears the list. */
  left(): void;
  onPresence(event: Event<RoomsProtocol, 'presence'>): void;
  onTyping(user: string): void;
  /** Called when a message of the user arrives. Removes the user from `typing$`. */
  stopTyping(user: string): void;
  /** Sends a typing signal, at most every 2 s. */
  sendTyping(): void;
}

export function createPresence(room: string, socket: TicketSocket<RoomsProtocol>, self: () => string): Presence {
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

  function stopTyping(user: string): void {
    if (lastTyping.delete(user)) publishTyping();
  }

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
    if (status === 'offline') stopTyping(user);
    const list = presence$.value;
    const index = lowerBound(list, (person) => person.user < user);
    const isListed = list[index]?.user === user;
    if (status === 'offline') {
      if (isListed) presence$.next(list.toSpliced(index, 1));
    } else if (isListed || list.length < maxPresent) {
      presence$.next(list.toSpliced(index, isListed ? 1 : 0, { user, status }));
    }
  }

  return {
    handle: { presence$, typing$ },
    joining() {
      lost();
      buffered = new Map();
    },
    joined(present) {
      const events = buffered?.values() ?? [];
      buffered = undefined;
      presence$.next(present.toSorted((one, other) => (one.user < other.user ? -1 : 1)));
      for (const event of events) onPresence(event);
    },
    lost,
    left() {
      lost();
      if (presence$.value.length > 0) presence$.next([]);
    },
    onPresence,
    onTyping(user) {
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
    sendTyping() {
      const now = performance.now();
      if (now - typingSentAt < typingEveryMs) return;
      typingSentAt = now;
      socket.signal('typing', { room });
    },
  };
}
