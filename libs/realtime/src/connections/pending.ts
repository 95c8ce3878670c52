import type { Protocol, RequestType } from '@usher/protocol';
import { Frame } from './frame.ts';
import type { Call, ConnectionsObserver, Handler, Replied } from './connections-types.ts';
import type { Logger } from '../support/log.ts';
import { RequestError } from '../support/errors.ts';
import type { RealtimeTracing, TracedOperation } from './tracing.ts';
import type { ServerConnection } from './server-connection.ts';

export type AnyHandler = Handler<Protocol, RequestType<Protocol>>;

/** The value that `call.reply` returns. Only this module can create it. */
const replied = Object.freeze({}) as Replied;

/** A request in progress. Sends the first response and ignores any later one. */
export class Pending implements Call<unknown> {
  readonly #connection: ServerConnection;
  readonly #id: number;
  readonly #type: string;
  readonly #context: PendingContext;
  readonly #traced: TracedOperation<string> | undefined;
  #isDone = false;

  constructor(connection: ServerConnection, id: number, type: string, context: PendingContext) {
    this.#connection = connection;
    this.#id = id;
    this.#type = type;
    this.#context = context;
    this.#traced = context.tracing?.request(type, connection);
    connection.inFlight++;
  }

  /** Calls the handler and sends its result or error. Never throws. */
  run(handler: AnyHandler, params: object): void {
    if (this.#traced === undefined) this.#run(handler, params);
    else
      this.#traced.run(() => {
        this.#run(handler, params);
      });
  }

  #run(handler: AnyHandler, params: object): void {
    try {
      const result: unknown = handler(params, this.#connection, this);
      if (result instanceof Promise) void this.#settle(result);
      else this.#finish(result);
    } catch (error) {
      this.#fail(error);
    }
  }

  reply(data: unknown): Replied {
    if (this.#isDone) return replied;
    // Serialize first: a value that JSON cannot represent throws here, and the client then receives `internal`.
    const frame = new Frame(JSON.stringify({ type: 'reply', id: this.#id, data }));
    this.#done('ok');
    this.#connection.send(frame);
    return replied;
  }

  async #settle(promise: Promise<unknown>): Promise<void> {
    try {
      this.#finish(await promise);
    } catch (error) {
      this.#fail(error);
    }
  }

  #finish(result: unknown): void {
    if (this.#isDone) return;
    if (result === replied)
      throw new TypeError('a handler returned the `Replied` value of another call without replying');
    this.reply(result);
  }

  #fail(error: unknown): void {
    if (!(error instanceof RequestError)) {
      this.#context.log.error(
        { err: error, type: this.#type, connection: this.#connection.id },
        'a request handler threw an unexpected error',
      );
    }
    if (this.#isDone) return;
    const named: RequestError =
      error instanceof RequestError ? (error as RequestError) : new RequestError('internal', 'internal error');
    this.#done(named.code);
    this.#connection.send(errorFrame(named.code, named.message, this.#id, named.retryAfterMs));
  }

  #done(outcome: string): void {
    this.#isDone = true;
    this.#connection.inFlight--;
    if (outcome === 'rate_limited') this.#connection.rateLimited++;
    this.#context.observer.answered?.(this.#type, outcome, this.#connection);
    this.#traced?.end(outcome);
  }
}

export interface PendingContext {
  readonly log: Logger;
  readonly observer: ConnectionsObserver;
  /** Defaults to no traces. */
  readonly tracing: RealtimeTracing | undefined;
}

export function errorFrame(code: string, message: string, id?: number, retryAfterMs?: number): Frame {
  // `JSON.stringify` omits fields that are undefined.
  return new Frame(JSON.stringify({ type: 'error', id, code, message, retryAfterMs }));
}
