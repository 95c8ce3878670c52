import type {
  Event,
  EventFrame,
  EventType,
  ParamsInput,
  Protocol,
  RawFrame,
  Reply,
  RequestType,
  SignalInput,
  SignalType,
} from '@usher/protocol';
import { filter, type Observable } from 'rxjs';
import type { ConnectionState, Step } from './connection-state.ts';
import { createMachine } from './machine.ts';
import { CurrentState } from './states.ts';
import type { TicketSocketOptions } from './options.ts';
import type { RequestOptions, SendRequest } from './requests.ts';
import type { Welcome } from './connection-state.ts';

/**
 * A WebSocket client that requests a ticket before every connection attempt, reconnects until `stop()` or `signOut()` is called, and
 * publishes its state with a reason. It never opens two sockets at once and does nothing before `connect()`.
 *
 * @typeParam P the protocol: `RoomsProtocol`, or your own from `defineProtocol`
 */
export interface TicketSocket<P extends Protocol> {
  /** Emits the current state on subscription, then every change. */
  readonly state$: Observable<ConnectionState>;
  readonly state: ConnectionState;
  /** The server's `welcome` with the current lease while the connection is open; otherwise `undefined`. */
  readonly welcome$: Observable<Welcome | undefined>;
  readonly welcome: Welcome | undefined;
  /** All events, including unknown types from newer servers. Subscribers must ignore unknown types. */
  readonly events$: Observable<EventFrame<P>>;
  /** The connection log, live. */
  readonly log$: Observable<Step>;

  /**
   * Emits when all data of the previous user must be deleted: on a sign-out, and when the identity changes. It emits synchronously,
   * after the socket is closed and before anything else is sent. `Rooms` delete their data.
   */
  readonly cleared$: Observable<void>;

  /**
   * Connects, and reconnects after every loss. Does nothing if it is already connected or connecting. Starts again after `signed_out`
   * and `stopped`. While no one is signed in the state is `idle` with the reason `sign_in`; call `connect()` or `recheck()` after
   * the sign-in.
   */
  connect(): void;
  /**
   * Reads `who` again. If the identity has changed, it closes the socket, emits `cleared$`, and connects for the new identity, or ends
   * in `signed_out` if no one is signed in. Every frame, ticket and message runs the same check. Call this to react at once.
   */
  recheck(): void;
  /** Closes the connection. It stays closed until `connect()`. */
  stop(): void;
  /** Closes the connection and emits `cleared$`, so that rooms delete their data. */
  signOut(reason?: string): void;
  /** Starts the next attempt now if the socket is in `backoff`. */
  retryNow(): void;
  /** Closes the connection and reconnects as after any loss. */
  drop(): void;

  /**
   * Sends a request over the open connection and resolves to the data of its reply.
   *
   * Rejects with:
   * - `RequestFailed` if the server returns an error (its code), the frame exceeds the server's limit (`too_long`), or 200 requests
   *   are pending (`rate_limited`)
   * - `Disconnected` if there is no connection or it is lost before the reply
   * - `TimedOut` if no reply arrives in time
   *
   * After `Disconnected` and `TimedOut` the server may have processed the request.
   */
  request<T extends RequestType<P>>(type: T, params: ParamsInput<P, T>, options?: RequestOptions): Promise<Reply<P, T>>;
  /**
   * Sends a signal over the open connection. Without a connection it is dropped.
   * @throws RequestFailed `too_long`
   */
  signal<T extends SignalType<P>>(type: T, params: SignalInput<P, T>): void;
  /** Emits the events of one type. */
  on<T extends EventType<P>>(type: T): Observable<Event<P, T>>;
  /** Measures the round-trip time in ms. Rejects like `request`. */
  ping(): Promise<number>;
  /** Calls `run` after `ms`, unless the connection changes its state before. */
  later(ms: number, run: () => void): void;
}

// The machine is independent of the protocol. `P` only adds types.
export const TicketSocket = class extends CurrentState {
  declare readonly request: SendRequest;

  constructor(options: TicketSocketOptions) {
    super();
    Object.assign(this, createMachine(options, this));
  }

  on(type: string): Observable<RawFrame> {
    return this.events$.pipe(filter((event) => event.type === type));
  }

  async ping(): Promise<number> {
    const sentAt = performance.now();
    await this.request('ping', {});
    return performance.now() - sentAt;
  }
} as unknown as new <P extends Protocol>(options: TicketSocketOptions) => TicketSocket<P>;
