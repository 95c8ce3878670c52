import type { Message, Reply, RoomsProtocol } from '@usher/protocol';
import { BehaviorSubject } from 'rxjs';
import { fullJitter } from '../backoff.ts';
import { Disconnected, RequestFailed } from '../errors.ts';
import type { TicketSocket } from '../ticket-socket.ts';
import { Outbox } from './outbox.ts';
import type { RoomHandle, RoomMessage, RoomState } from './room-types.ts';
import { Timeline } from './timeline.ts';

export interface RoomMeans {
  readonly socket: TicketSocket<RoomsProtocol>;
  readonly user: () => string;
  readonly key: () => string;
  readonly outbox: number;
  readonly held: number;
}

type Joined = Reply<RoomsProtocol, 'join'>;

/** One room: joins it again on every connection, catches up, and keeps what is written in it. */
export class Room implements RoomHandle {
  readonly name: string;
  readonly messages$ = new BehaviorSubject<readonly RoomMessage[]>([]);
  readonly state$ = new BehaviorSubject<RoomState>({ name: 'waiting' });
  readonly #socket: TicketSocket<RoomsProtocol>;
  readonly #timeline: Timeline;
  readonly #outbox: Outbox;
  #wanted = false;
  #epoch: string | undefined;
  /** One join and what follows from it; another number and it is over. */
  #turn = 0;
  #catchingUp = false;
  #faults = 0;

  constructor(name: string, { socket, user, key, outbox, held }: RoomMeans) {
    this.name = name;
    this.#socket = socket;
    this.#timeline = new Timeline(held, (message) => this.#outbox.claim(message));
    this.#outbox = new Outbox({
      timeline: this.#timeline,
      user,
      key,
      most: outbox,
      ready: () => this.state$.value.name === 'joined',
      post: (key, text) => socket.request('send', { room: name, key, text }),
      later: (ms, run) => {
        socket.later(ms, run);
      },
      notJoined: () => {
        this.#join();
      },
      changed: () => {
        this.#show();
      },
    });
  }

  send(text: string): string {
    const key = this.#outbox.add(text);
    this.#askAgain();
    return key;
  }

  retry(key: string): void {
    this.#outbox.retry(key);
    this.#askAgain();
  }

  drop(key: string): void {
    this.#outbox.drop(key);
  }

  open(): void {
    if (!this.#wanted || this.#is('denied')) {
      this.#wanted = true;
      this.#join();
    }
  }

  close(): void {
    const here = this.#is('joined') || this.#is('joining');
    this.#wanted = false;
    this.#enter({ name: 'waiting' });
    // Also behind a join that has no answer yet: the server takes them in their order.
    if (here) this.#socket.request('leave', { room: this.name }).catch(() => undefined);
  }

  insertOlder(messages: readonly Message[]): void {
    this.#timeline.insertOlder(messages);
    this.#show();
  }

  /** The connection is open. */
  connected(): void {
    if (this.#wanted && !this.#is('denied')) this.#join();
  }

  /** The connection is gone. */
  lost(): void {
    this.#enter(this.#is('denied') ? this.state$.value : { name: 'waiting' });
  }

  /** Forgets what was said and written. */
  wipe(): void {
    this.#outbox.clear();
    this.#timeline.restart(0);
    this.#timeline.rejoin();
    this.#epoch = undefined;
    this.#enter({ name: 'waiting' });
  }

  /** The server says that the room is closed to this person. */
  removed(code: string): void {
    if (this.#wanted) this.#denied(code);
  }

  /** A message, live. */
  take(message: Message): void {
    if (this.#is('joining')) this.#timeline.keep(message);
    if (!this.#is('joined')) return;
    this.#timeline.add([message]);
    this.#show();
    this.#catchUp();
  }

  #is(name: RoomState['name']): boolean {
    return this.state$.value.name === name;
  }

  #show(): void {
    this.messages$.next([...this.#timeline.list, ...this.#outbox.pending]);
  }

  /** The only way into a state; what was under way in the one before is over. */
  #enter(state: RoomState): void {
    this.#turn++;
    this.#catchingUp = false;
    this.#outbox.interrupt();
    this.#show();
    this.state$.next(state);
  }

  #join(): void {
    if (this.#socket.state.name !== 'open') {
      this.#enter({ name: 'waiting' });
      return;
    }
    this.#timeline.rejoin();
    this.#enter({ name: 'joining' });
    const from = this.#epoch === undefined ? {} : { epoch: this.#epoch, after: this.#timeline.cursor };
    this.#ask(this.#socket.request('join', { room: this.name, ...from }), (joined) => {
      this.#joined(joined);
    });
  }

  #joined({ epoch, seq, recovery, messages, present }: Joined): void {
    const recovered = recovery === 'recovered';
    if (!recovered) {
      this.#outbox.forgetPlaces();
      this.#timeline.restart((messages[0]?.seq ?? seq + 1) - 1);
    }
    this.#timeline.add(messages);
    this.#timeline.known = Math.max(this.#timeline.known, seq);
    if (!recovered) this.#outbox.forgetSent();
    this.#epoch = epoch;
    this.#enter({ name: 'joined', recovery, present });
    this.#catchUp();
    this.#outbox.pump();
  }

  /** Reads what is missing up to what was heard of, page by page. Live messages meanwhile wait for their turn. */
  #catchUp(): void {
    const { cursor, known } = this.#timeline;
    if (cursor >= known) this.#faults = 0;
    if (cursor >= known || this.#catchingUp) return;
    this.#catchingUp = true;
    this.#ask(this.#socket.request('history', { room: this.name, after: cursor }), ({ messages }) => {
      this.#catchingUp = false;
      this.#timeline.add(messages);
      this.#show();
      if (this.#timeline.cursor === cursor) {
        // The server has a hole there itself: what comes behind it is all that can be shown.
        this.#epoch = undefined;
        throw new Error('no progress');
      }
      this.#catchUp();
    });
  }

  /** What a request of this turn comes to; whatever fails is judged in one place. */
  #ask<T>(request: Promise<T>, answered: (answer: T) => void): void {
    const turn = this.#turn;
    request
      .then((answer) => {
        if (turn === this.#turn) answered(answer);
      })
      .catch((error: unknown) => {
        if (turn === this.#turn) this.#failed(error);
      });
  }

  #failed(error: unknown): void {
    // `lost` tells what comes of it.
    if (error instanceof Disconnected) return;
    const { code, retryAfterMs } =
      error instanceof RequestFailed ? error : { code: 'internal', retryAfterMs: undefined };
    if (code !== 'internal' && code !== 'rate_limited') {
      this.#denied(code);
      return;
    }
    this.#enter({ name: 'joining' });
    const turn = this.#turn;
    this.#socket.later(retryAfterMs ?? 500 + fullJitter(++this.#faults, 500, 20_000, Math.random), () => {
      if (turn === this.#turn) this.#join();
    });
  }

  #denied(code: string): void {
    this.#outbox.failAll(code);
    this.#enter({ name: 'denied', code });
  }

  #askAgain(): void {
    if (this.#wanted && this.#is('denied')) this.#join();
  }
}
