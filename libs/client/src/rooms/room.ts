import type { Event, Reply, RoomsProtocol } from '@usher/protocol';
import { BehaviorSubject } from 'rxjs';
import { toRequestFailed } from '../socket/errors.ts';
import type { TicketSocket } from '../socket/ticket-socket.ts';
import { createOutbox } from './outbox.ts';
import { createPresence } from './presence.ts';
import { createReadMarker } from './read-marker.ts';
import { handleReply, retryMs } from './retry.ts';
import type { AnyMessage, AnyRoomHandle, AnyRoomMessage, RoomsOptions, RoomState, Unread } from './room-types.ts';
import { createTimeline } from './timeline.ts';

/** A room handle with the event handlers that `createRooms` calls. */
export interface Room extends AnyRoomHandle {
  connected(): void;
  lost(): void;
  /** Handles a live message or change. */
  onMessage(message: AnyMessage): void;
  onPresence(event: Event<RoomsProtocol, 'presence'>): void;
  onTyping(user: string): void;
  onUnread(unread: Unread): void;
  onRemoved(code: string): void;
  /** Deletes all messages and unsent entries. */
  wipe(): void;
}

/** Creates a room, which joins on every connection, recovers missed messages and sends its outbox. */
export function createRoom(name: string, socket: TicketSocket<RoomsProtocol>, settings: Required<RoomsOptions>): Room {
  const messages$ = new BehaviorSubject<readonly AnyRoomMessage[]>([]);
  const state$ = new BehaviorSubject<RoomState>({ name: 'waiting' });
  const timeline = createTimeline(settings.maxMessages, (message) => {
    outbox.onApplied(message);
  });
  const outbox = createOutbox(
    { name, timeline, joined: () => is('joined'), rejoin: join, publish, flush },
    socket,
    settings,
  );
  const presence = createPresence(name, socket, settings.user);
  const readMarker = createReadMarker(name, socket, () => timeline.known);
  let isOpen = false;
  let epoch: string | undefined;
  /** Whether the next join requests the latest messages instead of a recovery. */
  let skipRecovery = false;
  /** Incremented with every state. Results that belong to an earlier number are ignored. */
  let generation = 0;
  let catchingUp = false;
  let failures = 0;

  function is(state: RoomState['name']): boolean {
    return state$.value.name === state;
  }

  function publish(): void {
    // The list must not belong to the previous user.
    socket.recheck();
    messages$.next(outbox.list());
  }

  /** Enters a state. Requests of the previous state are ignored. */
  function enter(state: RoomState): void {
    generation++;
    catchingUp = false;
    outbox.interrupt();
    if (state.name !== 'joined') presence.lost();
    publish();
    state$.next(state);
  }

  function join(): void {
    timeline.rejoin();
    enter({ name: socket.welcome ? 'joining' : 'waiting' });
    if (!is('joining')) return;
    presence.joining();
    request(
      socket.request('join', {
        room: name,
        ...(!skipRecovery &&
          (epoch !== undefined || timeline.cursor > 0) && { ...(epoch && { epoch }), after: timeline.cursor }),
      }),
      joined,
    );
  }

  function joined(reply: Reply<RoomsProtocol, 'join'>): void {
    const { seq, recovery, messages, present } = reply;
    if (recovery !== 'recovered') {
      // A gap in the server's reply cannot be filled: the list starts after the last gap.
      const first = messages.findLast((message, index) => messages[index - 1]?.seq !== message.seq - 1);
      const another = epoch !== undefined && reply.epoch !== epoch;
      timeline.restart((first?.seq ?? seq + 1) - 1);
      outbox.restart(another);
      if (another) readMarker.forget();
    }
    epoch = reply.epoch;
    skipRecovery = false;
    presence.joined(present);
    timeline.add(messages);
    timeline.known = Math.max(timeline.known, seq);
    enter({ name: 'joined', recovery, present });
    catchUp();
    outbox.pump();
  }

  /** Reads missed messages from the history, page by page. Live messages wait until the gap is filled. */
  function catchUp(): void {
    const { cursor, known } = timeline;
    if (cursor >= known) failures = 0;
    if (cursor >= known || catchingUp || !is('joined')) return;
    catchingUp = true;
    request(socket.request('history', { room: name, after: cursor }), ({ messages }) => {
      catchingUp = false;
      timeline.add(messages);
      publish();
      if (timeline.cursor === cursor) {
        // The server has a gap at this position, so only the messages after it can be shown.
        skipRecovery = true;
        throw new Error();
      }
      catchUp();
    });
  }

  /** Handles the reply of a request, or its error, unless the state has changed. */
  function request<T>(reply: Promise<T>, onReply: (data: T) => void): void {
    const current = generation;
    handleReply(reply, () => current === generation, onReply, failed);
  }

  function failed(error: unknown): void {
    const ms = retryMs(error, ++failures);
    if (ms === undefined) {
      denied(toRequestFailed(error).code);
      return;
    }
    enter({ name: 'joining' });
    const current = generation;
    socket.later(ms, () => {
      if (current === generation) join();
    });
  }

  function denied(code: string): void {
    presence.left();
    enter({ name: 'denied', code });
    outbox.failAll(code);
  }

  /** Sends the outbox. Joins again if the room was denied. */
  function flush(): void {
    if (isOpen && is('denied')) join();
    else outbox.pump();
  }

  /** Clears everything except unsent messages. */
  function reset(): void {
    epoch = undefined;
    timeline.restart(0);
    timeline.rejoin();
    outbox.restart(true);
    readMarker.forget();
  }

  return {
    name,
    messages$,
    state$,
    ...presence.handle,
    ...readMarker.handle,
    ...outbox.handle,
    get oldest() {
      return timeline.first > timeline.cursor ? undefined : timeline.first;
    },
    typing() {
      if (is('joined')) presence.sendTyping();
    },
    open() {
      socket.recheck();
      if (isOpen && !is('denied')) return;
      isOpen = true;
      join();
    },
    close() {
      // Also sent while a join is pending: the server processes requests in order.
      if (isOpen) socket.request('leave', { room: name }).catch(() => undefined);
      isOpen = false;
      presence.left();
      enter({ name: 'waiting' });
    },
    insertOlder(messages) {
      timeline.insertOlder(messages);
      publish();
    },
    insertNewer(messages) {
      timeline.add(messages);
      publish();
    },
    snapshot(limit) {
      const messages = timeline.list.slice(-limit);
      if (!epoch || !messages[0] || is('denied')) return undefined;
      return { epoch, after: messages[0].seq - 1, seq: timeline.cursor, messages };
    },
    restore(snapshot) {
      socket.recheck();
      if (epoch || timeline.cursor || is('joined')) return;
      epoch = snapshot.epoch;
      timeline.restore(snapshot);
      publish();
    },
    connected() {
      readMarker.connected();
      if (isOpen && !is('denied')) join();
    },
    lost() {
      readMarker.lost();
      enter(is('denied') ? state$.value : { name: 'waiting' });
    },
    onMessage(message) {
      if (is('joining')) timeline.buffer(message);
      if (!is('joined')) return;
      presence.stopTyping(message.from);
      timeline.add([message]);
      publish();
      catchUp();
    },
    onPresence(event) {
      if (is('joined') || is('joining')) presence.onPresence(event);
    },
    onTyping(user) {
      if (is('joined')) presence.onTyping(user);
    },
    onUnread(unread) {
      readMarker.onUnread(unread);
      const { code } = state$.value;
      // The server reports unread counts to members only, so such a denial is out of date.
      if (isOpen && (code === 'not_found' || code === 'forbidden')) join();
    },
    onRemoved(code) {
      reset();
      if (isOpen) denied(code);
      else outbox.failAll(code);
    },
    wipe() {
      outbox.wipe();
      reset();
      presence.left();
      enter({ name: 'waiting' });
    },
  };
}
