import type { Event, Reply, RoomsProtocol } from '@usher/protocol';
import type { roomBounds } from '@usher/protocol/server';
import { BehaviorSubject } from 'rxjs';
import type { TicketSocket } from '../ticket-socket.ts';
import { place } from './place.ts';
import type { Person } from './room-types.ts';

const typingEveryMs: (typeof roomBounds)['typingEveryMs'] = 2_000;
const typingForMs: (typeof roomBounds)['typingForMs'] = 5_000;
/** The server tells of so many; beyond it nobody counts. */
const mostPeople = 2_000;
const mostTyping = 100;

/** Who is in a room, and who is writing there. */
export interface People {
  readonly people$: BehaviorSubject<readonly Person[]>;
  readonly typing$: BehaviorSubject<readonly string[]>;
  /** A join is asked for: what is heard from now on may be newer than its answer. */
  joining(): void;
  joined(present: Reply<RoomsProtocol, 'join'>['present']): void;
  /** The connection or the room is not there for now. Who was there is all that is known until it is back. */
  lost(): void;
  /** The room is left. */
  left(): void;
  presence(event: Event<RoomsProtocol, 'presence'>): void;
  typing(user: string): void;
  /** Whoever has said something is not writing it any more. */
  spoke(user: string): void;
  /** Tells the others that one is writing oneself; no more often than they want to hear it. */
  write(): void;
}

export function createPeople(room: string, socket: TicketSocket<RoomsProtocol>, self: () => string): People {
  const people$ = new BehaviorSubject<readonly Person[]>([]);
  const typing$ = new BehaviorSubject<readonly string[]>([]);
  /** Heard since a join was asked for, until its answer is there. */
  let news: Map<string, Event<RoomsProtocol, 'presence'>> | undefined;
  /** The last word of who is writing. */
  const words = new Map<string, object>();
  let wroteAt = -Infinity;

  function sayTyping(): void {
    typing$.next([...words.keys()]);
  }

  function spoke(user: string): void {
    if (words.delete(user)) sayTyping();
  }

  function lost(): void {
    news = undefined;
    for (const user of words.keys()) spoke(user);
  }

  function presence(event: Event<RoomsProtocol, 'presence'>): void {
    const { user, status } = event;
    if (news) {
      if (news.size < mostPeople) news.set(user, event);
      return;
    }
    if (status === 'offline') spoke(user);
    const list = people$.value;
    const index = place(list, (person) => person.user < user);
    const there = list[index]?.user === user;
    if (status === 'offline') {
      if (there) people$.next(list.toSpliced(index, 1));
    } else if (there || list.length < mostPeople) {
      people$.next(list.toSpliced(index, there ? 1 : 0, { user, status }));
    }
  }

  return {
    people$,
    typing$,
    joining() {
      lost();
      news = new Map();
    },
    joined(present) {
      const heard = news?.values() ?? [];
      news = undefined;
      people$.next(present.toSorted((one, other) => (one.user < other.user ? -1 : 1)));
      for (const event of heard) presence(event);
    },
    lost,
    left() {
      lost();
      if (people$.value.length > 0) people$.next([]);
    },
    presence,
    typing(user) {
      const more = !words.has(user);
      if (user === self() || (more && words.size >= mostTyping)) return;
      const word = {};
      words.set(user, word);
      socket.later(typingForMs, () => {
        if (words.get(user) === word) spoke(user);
      });
      if (more) sayTyping();
    },
    spoke,
    write() {
      const now = performance.now();
      if (now - wroteAt < typingEveryMs) return;
      wroteAt = now;
      socket.signal('typing', { room });
    },
  };
}
