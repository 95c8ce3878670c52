import type { Message, Reply, RoomsProtocol } from '@usher/protocol';
import { BehaviorSubject } from 'rxjs';
import { fullJitter } from '../backoff.ts';
import { Disconnected, RequestFailed } from '../errors.ts';
import type { TicketSocket } from '../ticket-socket.ts';
import { OutboxFull } from './outbox-full.ts';
import type { RoomHandle, RoomMessage, RoomsOptions, RoomState } from './room-types.ts';
import { createTimeline } from './timeline.ts';

/** Errors that may pass are met so often, then a message has failed all the same. */
const mostFaults = 5;

/** What was written here and is not known to be in the room yet. */
interface Draft {
  readonly key: string;
  readonly text: string;
  at: number;
  status: RoomMessage['status'];
  error?: string | undefined;
  /** Whether it went out, so that it may be in the room already. */
  out?: boolean;
  faults: number;
  /**
   * Where it stands in the room. Of a `sent` one because the server said so. Of any other it is only likely, since the same
   * person wrote the same text there; the answer to the key will tell.
   */
  seq?: number | undefined;
}

/** A room, and what its connection tells it. */
export interface Room extends RoomHandle {
  connected(): void;
  lost(): void;
  /** A message, live. */
  take(message: Message): void;
  removed(code: string): void;
  /** Forgets what was said and written. */
  wipe(): void;
}

/** Joins a room again on every connection, catches up, and sends what is written in it. */
export function createRoom(
  name: string,
  socket: TicketSocket<RoomsProtocol>,
  { user, outbox, held, uuid }: Required<RoomsOptions>,
): Room {
  const messages$ = new BehaviorSubject<readonly RoomMessage[]>([]);
  const state$ = new BehaviorSubject<RoomState>({ name: 'waiting' });
  const timeline = createTimeline(held, claim);
  let wanted = false;
  let epoch: string | undefined;
  /** One state and what is under way in it; another number and it is over. */
  let turn = 0;
  let catchingUp = false;
  let faults = 0;
  let drafts: Draft[] = [];
  /** The keys of what was written here and stands in the room, by sequence. */
  const keys = new Map<number, string>();
  /** The send under way, or the pause after one. One at a time, so that order is kept. */
  let sending: object | undefined;

  function is(state: RoomState['name']): boolean {
    return state$.value.name === state;
  }

  function show(): void {
    const { list, cursor } = timeline;
    const from = user();
    // What is acknowledged and stands in the list, or lies before it, is no draft any more.
    drafts = drafts.filter(({ status, seq = 0 }) => status !== 'sent' || seq > cursor);
    messages$.next([
      ...list.map((message) => {
        const key = keys.get(message.seq);
        if (!key) return message;
        return drafts.some((draft) => draft.key === key)
          ? { ...message, key, status: 'sending' as const }
          : { ...message, key };
      }),
      ...drafts
        .filter(({ status, seq }) => !seq || status === 'sent')
        .map(({ key, text, at, status, error }) => ({ key, from, text, at, status, ...(error && { error }) })),
    ]);
  }

  /** The only way into a state: what was under way in the one before is over. */
  function enter(state: RoomState): void {
    turn++;
    catchingUp = false;
    sending = undefined;
    for (const draft of drafts) if (draft.status === 'sending') draft.status = 'waiting';
    show();
    state$.next(state);
  }

  function join(): void {
    timeline.rejoin();
    enter({ name: socket.welcome ? 'joining' : 'waiting' });
    if (!is('joining')) return;
    ask(socket.request('join', { room: name, ...(epoch && { epoch, after: timeline.cursor }) }), joined);
  }

  function joined(reply: Reply<RoomsProtocol, 'join'>): void {
    const { seq, recovery, messages, present } = reply;
    if (recovery !== 'recovered') {
      // A hole of the server's own cannot be filled: the list begins behind the last one.
      const first = messages.findLast((message, index) => messages[index - 1]?.seq !== message.seq - 1);
      timeline.restart((first?.seq ?? seq + 1) - 1);
      if (reply.epoch !== epoch) {
        keys.clear();
        drafts = drafts.filter(({ status }) => status !== 'sent');
      }
      for (const draft of drafts) if (draft.status !== 'sent') unplace(draft);
    }
    epoch = reply.epoch;
    timeline.add(messages);
    timeline.known = Math.max(timeline.known, seq);
    enter({ name: 'joined', recovery, present });
    catchUp();
    pump();
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
        epoch = undefined;
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
    const [code, retryAfterMs] = fault(error);
    if (code !== 'internal' && code !== 'rate_limited') {
      denied(code);
      return;
    }
    enter({ name: 'joining' });
    const mine = turn;
    socket.later(retryAfterMs ?? 500 + fullJitter(++faults, 500, 20_000, Math.random), () => {
      if (mine === turn) join();
    });
  }

  function denied(code: string): void {
    enter({ name: 'denied', code });
    for (const draft of drafts) if (draft.status === 'waiting') fail(draft, code);
    show();
  }

  /** Sends the next one, if it may and none is on its way. */
  function pump(): void {
    const draft = drafts.find(({ status }) => status === 'waiting');
    if (draft && !sending && is('joined')) {
      const mine = (sending = {});
      draft.status = 'sending';
      draft.out = true;
      socket
        .request('send', { room: name, key: draft.key, text: draft.text })
        .then(({ seq, at }) => {
          if (mine === sending) acknowledged(draft, seq, at);
        })
        .catch((error: unknown) => {
          if (mine === sending && !(error instanceof Disconnected)) refused(draft, error);
        });
    }
    show();
  }

  function acknowledged(draft: Draft, seq: number, at: number): void {
    if (!(seq > 0)) throw new TypeError();
    // Whatever was only likely there was another one, with the same text.
    for (const other of drafts) if (other.seq === seq) unplace(other);
    unplace(draft);
    keys.set(seq, draft.key);
    Object.assign(draft, { status: 'sent', seq, at });
    sending = undefined;
    pump();
  }

  function refused(draft: Draft, error: unknown): void {
    const mine = sending;
    const [code, retryAfterMs = 1_000] = fault(error);
    let pauseMs = 0;
    draft.status = 'waiting';
    if (code === 'rate_limited') pauseMs = retryAfterMs;
    else if ((code !== 'internal' && code !== 'not_joined') || ++draft.faults >= mostFaults) fail(draft, code);
    else if (code === 'internal') pauseMs = 500 * 2 ** draft.faults;
    else {
      join();
      return;
    }
    show();
    socket.later(pauseMs, () => {
      if (mine !== sending) return;
      sending = undefined;
      pump();
    });
  }

  function fail(draft: Draft, error: string): void {
    draft.status = 'failed';
    draft.error = error;
    unplace(draft);
  }

  function unplace(draft: Draft): void {
    if (draft.seq) keys.delete(draft.seq);
    draft.seq = undefined;
  }

  /** A message is shown from now on: perhaps one that was written here and whose answer is still to come. */
  function claim({ seq, from, text }: Message): void {
    const likely = drafts.find((draft) => draft.out && !draft.seq && draft.status !== 'failed' && draft.text === text);
    if (!likely || keys.has(seq) || from !== user()) return;
    likely.seq = seq;
    keys.set(seq, likely.key);
  }

  /** Sends what waits; of a room that was denied it is asked again. */
  function push(): void {
    if (wanted && is('denied')) join();
    else pump();
  }

  return {
    name,
    messages$,
    state$,
    send(text, given) {
      if (drafts.length >= outbox) throw new OutboxFull('outbox full');
      const key = given ?? uuid();
      // As the server will keep it, so that it is known again.
      drafts.push({ key, text: text.toWellFormed(), at: Date.now(), status: 'waiting', out: !!given, faults: 0 });
      push();
      return key;
    },
    retry(key) {
      const draft = drafts.find((each) => each.key === key && each.status === 'failed');
      if (!draft) return;
      Object.assign(draft, { status: 'waiting', error: undefined, faults: 0 });
      push();
    },
    drop(key) {
      drafts = drafts.filter((draft) => draft.key !== key || (draft.status !== 'waiting' && draft.status !== 'failed'));
      show();
    },
    open() {
      if (wanted && !is('denied')) return;
      wanted = true;
      join();
    },
    close() {
      // Also behind a join that has no answer yet: the server takes them in their order.
      if (wanted) socket.request('leave', { room: name }).catch(() => undefined);
      wanted = false;
      enter({ name: 'waiting' });
    },
    insertOlder(messages) {
      timeline.insertOlder(messages);
      show();
    },
    connected() {
      if (wanted && !is('denied')) join();
    },
    lost() {
      enter(is('denied') ? state$.value : { name: 'waiting' });
    },
    take(message) {
      if (is('joining')) timeline.keep(message);
      if (!is('joined')) return;
      timeline.add([message]);
      show();
      catchUp();
    },
    removed(code) {
      if (wanted) denied(code);
    },
    wipe() {
      drafts = [];
      keys.clear();
      epoch = undefined;
      timeline.restart(0);
      timeline.rejoin();
      enter({ name: 'waiting' });
    },
  };
}

function fault(error: unknown): [code: string, retryAfterMs?: number | undefined] {
  return error instanceof RequestFailed ? [error.code, error.retryAfterMs] : ['internal'];
}
