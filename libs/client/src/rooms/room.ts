import type { Event, Message, Reply, RoomsProtocol } from '@usher/protocol';
import { BehaviorSubject } from 'rxjs';
import { Disconnected } from '../errors.ts';
import type { TicketSocket } from '../ticket-socket.ts';
import { faultOf, retryMs } from './fault.ts';
import { createOutbox } from './outbox.ts';
import { createPeople } from './people.ts';
import { createReading } from './reading.ts';
import type { RoomHandle, RoomMessage, RoomsOptions, RoomState, Unread } from './room-types.ts';
import { createTimeline } from './timeline.ts';

/** Denials that end when the user is added to the room. */
const noAccess: readonly string[] = ['not_found', 'forbidden'];

/** A room, and what its connection tells it. */
export interface Room extends RoomHandle {
  connected(): void;
  lost(): void;
  /** A message or a change, live. */
  take(message: Message): void;
  presence(event: Event<RoomsProtocol, 'presence'>): void;
  /** Somebody is writing. */
  writes(user: string): void;
  unread(unread: Unread): void;
  removed(code: string): void;
  /** Forgets what was said and written. */
  wipe(): void;
}

/** Joins a room again on every connection, catches up, and sends what is written in it. */
export function createRoom(name: string, socket: TicketSocket<RoomsProtocol>, settings: Required<RoomsOptions>): Room {
  const messages$ = new BehaviorSubject<readonly RoomMessage[]>([]);
  const state$ = new BehaviorSubject<RoomState>({ name: 'waiting' });
  const timeline = createTimeline(settings.held, (message) => {
    outbox.told(message);
  });
  const outbox = createOutbox(
    { name, timeline, joined: () => is('joined'), rejoin: join, show, push },
    socket,
    settings,
  );
  const people = createPeople(name, socket, settings.user);
  const reading = createReading(name, socket, () => timeline.known);
  let wanted = false;
  let epoch: string | undefined;
  /** Whether the next join does not go on from what is there. */
  let afresh = false;
  /** One state and what is under way in it; another number and it is over. */
  let turn = 0;
  let catchingUp = false;
  let faults = 0;

  function is(state: RoomState['name']): boolean {
    return state$.value.name === state;
  }

  function show(): void {
    // What is shown must not be the previous user's.
    socket.recheck();
    messages$.next(outbox.list());
  }

  /** The only way into a state: what was under way in the one before is over. */
  function enter(state: RoomState): void {
    turn++;
    catchingUp = false;
    outbox.interrupt();
    if (state.name !== 'joined') people.lost();
    show();
    state$.next(state);
  }

  function join(): void {
    timeline.rejoin();
    enter({ name: socket.welcome ? 'joining' : 'waiting' });
    if (!is('joining')) return;
    people.joining();
    ask(socket.request('join', { room: name, ...(epoch && !afresh && { epoch, after: timeline.cursor }) }), joined);
  }

  function joined(reply: Reply<RoomsProtocol, 'join'>): void {
    const { seq, recovery, messages, present } = reply;
    if (recovery !== 'recovered') {
      // A hole of the server's own cannot be filled: the list begins behind the last one.
      const first = messages.findLast((message, index) => messages[index - 1]?.seq !== message.seq - 1);
      const another = epoch !== undefined && reply.epoch !== epoch;
      timeline.restart((first?.seq ?? seq + 1) - 1);
      outbox.restart(another);
      if (another) reading.forget();
    }
    epoch = reply.epoch;
    afresh = false;
    people.joined(present);
    timeline.add(messages);
    timeline.known = Math.max(timeline.known, seq);
    enter({ name: 'joined', recovery, present });
    catchUp();
    outbox.pump();
  }

  /** Reads what is missing of what was heard of, page by page. Live messages meanwhile wait for their turn. */
  function catchUp(): void {
    const { cursor, known } = timeline;
    if (cursor >= known) faults = 0;
    if (cursor >= known || catchingUp || !is('joined')) return;
    catchingUp = true;
    ask(socket.request('history', { room: name, after: cursor }), ({ messages }) => {
      catchingUp = false;
      timeline.add(messages);
      show();
      if (timeline.cursor === cursor) {
        // The server has a hole there itself: all that can be shown is what lies behind it.
        afresh = true;
        throw new Error();
      }
      catchUp();
    });
  }

  /** Asks for something of this state; what fails is judged in one place. */
  function ask<T>(request: Promise<T>, answered: (answer: T) => void): void {
    const mine = turn;
    request
      .then((answer) => {
        if (mine === turn) answered(answer);
      })
      .catch((error: unknown) => {
        // Of a lost connection `lost` tells.
        if (mine === turn && !(error instanceof Disconnected)) failed(error);
      });
  }

  function failed(error: unknown): void {
    const ms = retryMs(error, ++faults);
    if (ms === undefined) {
      denied(faultOf(error)[0]);
      return;
    }
    enter({ name: 'joining' });
    const mine = turn;
    socket.later(ms, () => {
      if (mine === turn) join();
    });
  }

  function denied(code: string): void {
    people.left();
    enter({ name: 'denied', code });
    outbox.refuse(code);
  }

  /** Sends what waits; of a room that was denied it is asked again. */
  function push(): void {
    if (wanted && is('denied')) join();
    else outbox.pump();
  }

  /** Another history, or none: of what there was nothing is left but what is still to be said. */
  function begin(): void {
    epoch = undefined;
    timeline.restart(0);
    timeline.rejoin();
    outbox.restart(true);
    reading.forget();
  }

  return {
    name,
    messages$,
    state$,
    people$: people.people$,
    typing$: people.typing$,
    unread$: reading.unread$,
    unsent$: outbox.unsent$,
    get oldest() {
      return timeline.first > timeline.cursor ? undefined : timeline.first;
    },
    send: outbox.send,
    edit: outbox.edit,
    remove: outbox.remove,
    retry: outbox.retry,
    drop: outbox.drop,
    read: reading.read,
    typing() {
      if (is('joined')) people.write();
    },
    open() {
      socket.recheck();
      if (wanted && !is('denied')) return;
      wanted = true;
      join();
    },
    close() {
      // Also behind a join that has no answer yet: the server takes them in their order.
      if (wanted) socket.request('leave', { room: name }).catch(() => undefined);
      wanted = false;
      people.left();
      enter({ name: 'waiting' });
    },
    insertOlder(messages) {
      timeline.insertOlder(messages);
      show();
    },
    connected() {
      reading.connected();
      if (wanted && !is('denied')) join();
    },
    lost() {
      reading.lost();
      enter(is('denied') ? state$.value : { name: 'waiting' });
    },
    take(message) {
      if (is('joining')) timeline.keep(message);
      if (!is('joined')) return;
      people.spoke(message.from);
      timeline.add([message]);
      show();
      catchUp();
    },
    presence(event) {
      if (is('joined') || is('joining')) people.presence(event);
    },
    writes(user) {
      if (is('joined')) people.typing(user);
    },
    unread(unread) {
      reading.take(unread);
      // The server reports unread counts to members only, so this denial is out of date.
      const { name: state, code = '' } = state$.value;
      if (wanted && state === 'denied' && noAccess.includes(code)) join();
    },
    removed(code) {
      begin();
      if (wanted) denied(code);
      else outbox.refuse(code);
    },
    wipe() {
      outbox.wipe();
      begin();
      people.left();
      enter({ name: 'waiting' });
    },
  };
}
