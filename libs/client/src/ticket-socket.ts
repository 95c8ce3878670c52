import type {
  Event,
  EventFrame,
  EventType,
  Params,
  Protocol,
  Reply,
  RequestType,
  Signal,
  SignalType,
} from '@usher/protocol';
import type { Observable } from 'rxjs';
import type { ConnectionState, Step } from './connection-state.ts';
import { createMachine } from './machine.ts';
import type { TicketSocketOptions } from './options.ts';
import type { RequestOptions } from './requests.ts';
import type { Welcome } from './welcome.ts';

/**
 * A WebSocket that gets itself a ticket before every dial, comes back after every loss until somebody says otherwise, and says
 * at any time where it stands and why. There is never a second socket, and nothing happens before `connect()`.
 *
 * @typeParam P what is spoken over it: `RoomsProtocol`, or one's own made with `defineProtocol`
 */
export interface TicketSocket<P extends Protocol> {
  /** The present state at once, then every change. */
  readonly state$: Observable<ConnectionState>;
  readonly state: ConnectionState;
  /** What the server said first, while the connection is open, with the lease of now; otherwise `undefined`. */
  readonly welcome$: Observable<Welcome | undefined>;
  readonly welcome: Welcome | undefined;
  /** Events as they come. Also of types that this version of the protocol does not know, which are to be ignored. */
  readonly events$: Observable<EventFrame<P>>;
  /** What happens under the hood, live. */
  readonly log$: Observable<Step>;

  /**
   * Emits when everything that was kept for the previous user must be deleted: on a sign-out, and when another identity is signed in.
   * It emits synchronously, after the socket was closed and before anything else is sent. Rooms delete what they hold.
   */
  readonly cleared$: Observable<void>;

  /**
   * Connects, and stays connected. Does nothing if it is connected or connecting already; after `signed_out` and `stopped` it starts
   * again. While no one is signed in the state is `idle` with the reason `sign_in`; call `connect()` or `recheck()` after the sign-in.
   * @throws Error if there is no WebSocket implementation
   */
  connect(): void;
  /**
   * Reads `who` again. If the identity has changed, it closes the socket, clears, and connects again for the new identity, or ends in
   * `signed_out` if no one is signed in. Every frame, ticket and message does the same; call it to react at once.
   */
  recheck(): void;
  /** Ends the connection; it stays ended until `connect()`. */
  stop(): void;
  /** Ends the connection because the person leaves. What hangs on it (rooms) forgets everything. */
  signOut(reason?: string): void;
  /** Tries now, where it waits for its next try. */
  retryNow(): void;
  /** Hangs up on purpose. It comes back as after any loss. */
  drop(): void;

  /**
   * Sends a request over the open connection and resolves to the data of its reply.
   *
   * Rejects with `RequestFailed` where the server says no (its code), where the frame would be larger than the server takes
   * (`too_long`) or 200 requests have no answer yet (`rate_limited`); with `Disconnected` where there is no connection, or none
   * any more; with `TimedOut`. After the last two nobody knows whether the server did what was asked.
   */
  request<T extends RequestType<P>>(type: T, params: Params<P, T>, options?: RequestOptions): Promise<Reply<P, T>>;
  /**
   * Sends a signal over the open connection. Without one it goes nowhere: a signal is about now.
   * @throws RequestFailed `too_long`
   */
  signal<T extends SignalType<P>>(type: T, params: Signal<P, T>): void;
  /** The events of one type. */
  on<T extends EventType<P>>(type: T): Observable<Event<P, T>>;
  /** Resolves to the time to the server and back, in ms. Rejects like `request`. */
  ping(): Promise<number>;
  /** Runs something in `ms`, unless the connection has left its present state by then. */
  later(ms: number, run: () => void): void;
}

// The machine serves any protocol alike; what `P` adds are the names and shapes to which the server keeps.
export const TicketSocket = function (options: TicketSocketOptions) {
  return Object.setPrototypeOf(createMachine(options), TicketSocket.prototype as object) as unknown;
} as unknown as new <P extends Protocol>(options: TicketSocketOptions) => TicketSocket<P>;
