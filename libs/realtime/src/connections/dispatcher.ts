import type { CloseName, Protocol } from '@usher/protocol';
import type { Codec } from '@usher/protocol/server';
import { type AnyHandler, errorFrame, Pending, type PendingContext } from './pending.ts';
import { Budgets } from './budgets.ts';
import type { Connection } from './connection.ts';
import type { Cost, HandlerOptions } from './connections-types.ts';
import type { Limits } from './limits.ts';
import { type AnyMiddleware, isCoreType, runMiddlewares } from './middleware.ts';
import { RequestError } from '../support/errors.ts';
import type { ServerConnection } from './server-connection.ts';

export type AnyParams = object;
export type AnySignalHandler = (params: AnyParams, connection: Connection) => void;

/** One additional unit is charged for each block of this many characters, because parsing a frame takes time. */
const charactersPerUnit = 8 * 1024;

interface Registration<H> {
  readonly handler: H;
  readonly cost: Cost<AnyParams>;
}

export interface DispatcherContext extends PendingContext {
  readonly codec: Codec<Protocol>;
  readonly limits: Limits;
  /** Overrides the cost of types. */
  readonly costs: Readonly<Record<string, number | undefined>>;
  readonly close: (connection: ServerConnection, name: CloseName) => void;
}

/** Decodes frames from clients, charges them to the budgets and passes them to their handlers. */
export class Dispatcher {
  readonly #context: DispatcherContext;
  /** `undefined` if there is no limit. */
  readonly #budgets: Budgets | undefined;
  readonly #handlers = new Map<string, Registration<AnyHandler>>();
  readonly #signals = new Map<string, Registration<AnySignalHandler>>();
  readonly #middlewares: AnyMiddleware[] = [];

  constructor(context: DispatcherContext) {
    this.#context = context;
    const { requestsPerSecond, userRequestsPerSecond } = context.limits;
    if (requestsPerSecond > 0 || userRequestsPerSecond > 0) this.#budgets = new Budgets(context.limits);
  }

  /** @throws TypeError if the protocol has no such request, or it already has a handler */
  handle(type: string, handler: AnyHandler, options?: HandlerOptions<AnyParams>): void {
    const { codec, costs } = this.#context;
    if (!Object.hasOwn(codec.protocol.requests, type)) throw new TypeError(`the protocol has no request "${type}"`);
    if (this.#handlers.has(type)) throw new TypeError(`request "${type}" already has a handler`);
    this.#handlers.set(type, { handler, cost: costs[type] ?? options?.cost ?? 1 });
  }

  /** @throws TypeError if the protocol has no such signal, or it already has a handler */
  on(type: string, handler: AnySignalHandler, options?: HandlerOptions<AnyParams>): void {
    const { codec, costs } = this.#context;
    if (!Object.hasOwn(codec.protocol.signals, type)) throw new TypeError(`the protocol has no signal "${type}"`);
    if (this.#signals.has(type)) throw new TypeError(`signal "${type}" already has a handler`);
    this.#signals.set(type, { handler, cost: costs[type] ?? options?.cost ?? 1 });
  }

  use(middleware: AnyMiddleware): void {
    this.#middlewares.push(middleware);
  }

  /** Handles one frame. Never throws. */
  received(connection: ServerConnection, text: string): void {
    const { codec, limits, observer, close } = this.#context;
    // A UTF-16 code unit takes at most 3 bytes in UTF-8, so short texts need no exact count.
    if (text.length * 3 > limits.frameBytes && Buffer.byteLength(text) > limits.frameBytes) {
      close(connection, 'too_large');
      return;
    }
    const frame = codec.decode(text);
    if (frame.kind === 'request') {
      const registration = this.#handlers.get(frame.type);
      if (registration === undefined) {
        this.#rejectUnknown(connection, text, 'this server does not handle that type', frame.id);
        return;
      }
      const retryAfterMs = this.#charge(connection, frame.type, registration.cost, frame.params, text.length);
      if (retryAfterMs > 0) {
        connection.rateLimited++;
        observer.answered?.(frame.type, 'rate_limited', connection);
        connection.send(errorFrame('rate_limited', 'too many requests', frame.id, retryAfterMs));
      } else if (connection.inFlight >= limits.inFlight) {
        connection.rateLimited++;
        observer.answered?.(frame.type, 'rate_limited', connection);
        connection.send(errorFrame('rate_limited', 'too many unanswered requests', frame.id, 1_000));
      } else {
        const handler = this.#hasMiddlewares(frame.type)
          ? this.#wrap(frame.type, registration.handler)
          : registration.handler;
        new Pending(connection, frame.id, frame.type, this.#context).run(handler, frame.params);
      }
    } else if (frame.kind === 'signal') {
      this.#signal(connection, frame.type, frame.params, text);
    } else if (frame.code === 'unknown_type') {
      this.#rejectUnknown(connection, text, frame.message, frame.id);
    } else {
      this.#reject(connection, frame.code, frame.message, frame.id);
    }
  }

  /** The last connection of a user has closed. */
  departed(user: string): void {
    this.#budgets?.departed(user, performance.now());
  }

  #signal(connection: ServerConnection, type: string, params: AnyParams, text: string): void {
    const registration = this.#signals.get(type);
    if (registration === undefined) {
      this.#rejectUnknown(connection, text, 'this server does not handle that type');
      return;
    }
    const { observer } = this.#context;
    if (this.#charge(connection, type, registration.cost, params, text.length) > 0) {
      connection.rateLimited++;
      observer.dropped?.(type, connection);
      return;
    }
    try {
      if (this.#hasMiddlewares(type)) {
        const message = { kind: 'signal', type, params, connection } as const;
        const result = runMiddlewares(this.#middlewares, message, () => {
          registration.handler(params, connection);
        });
        if (result instanceof Promise) {
          result.catch((error: unknown) => {
            this.#signalFailed(connection, type, error);
          });
        }
      } else {
        registration.handler(params, connection);
      }
    } catch (error) {
      this.#signalFailed(connection, type, error);
    }
  }

  #signalFailed(connection: ServerConnection, type: string, error: unknown): void {
    const { observer, log } = this.#context;
    if (error instanceof RequestError) observer.dropped?.(type, connection);
    else log.error({ err: error, type, connection: connection.id }, 'a signal handler threw');
  }

  #hasMiddlewares(type: string): boolean {
    return this.#middlewares.length > 0 && !isCoreType(type);
  }

  #wrap(type: string, handler: AnyHandler): AnyHandler {
    return (params, connection, call) =>
      runMiddlewares(this.#middlewares, { kind: 'request', type, params, connection }, () =>
        handler(params, connection, call),
      );
  }

  /**
   * Charges a frame to the budgets, or counts a rejection.
   *
   * @returns 0 if the frame may be served, otherwise the milliseconds to wait before a retry.
   */
  #charge(
    connection: ServerConnection,
    type: string,
    cost: Cost<AnyParams>,
    params: AnyParams,
    length: number,
  ): number {
    const budgets = this.#budgets;
    if (budgets === undefined) return 0;
    const baseCost = typeof cost === 'number' ? cost : cost(params, connection);
    if (baseCost === 0) return 0;
    const units = baseCost + Math.floor(length / charactersPerUnit);
    const now = performance.now();
    const budget = (connection.budget ??= budgets.open(connection.identity.user, now));
    const retryAfterMs = budgets.charge(budget, type, units, now);
    if (retryAfterMs > 0 && budgets.isAbuse(budget, now)) this.#context.close(connection, 'rate_limit_abused');
    return retryAfterMs;
  }

  #rejectUnknown(connection: ServerConnection, text: string, message: string, id?: number): void {
    const retryAfterMs = this.#charge(connection, 'unknown_type', 1, {}, text.length);
    if (retryAfterMs === 0) {
      this.#reject(connection, 'unknown_type', message, id);
      return;
    }
    connection.rateLimited++;
    if (id === undefined) this.#context.observer.dropped?.('unknown_type', connection);
    else connection.send(errorFrame('rate_limited', 'too many requests', id, retryAfterMs));
  }

  #reject(connection: ServerConnection, code: 'bad_message' | 'unknown_type', message: string, id?: number): void {
    const { observer, limits, close } = this.#context;
    observer.refused?.(code);
    connection.send(errorFrame(code, message, id));
    if (code === 'bad_message' && ++connection.malformed >= limits.malformed) close(connection, 'malformed_messages');
  }
}
