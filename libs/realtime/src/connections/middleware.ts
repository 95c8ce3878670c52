import type { Params, Protocol, RequestType, Signal, SignalType } from '@usher/protocol';
import type { CoreProtocol } from '@usher/protocol/server';
import type { Connection } from './connection.ts';

type CoreType = keyof CoreProtocol['requests'] | keyof CoreProtocol['signals'];

/** A request or signal of the application. Its `type` determines the type of its `params`. */
export type IncomingMessage<P extends Protocol, D extends object = object> =
  | {
      [T in Exclude<RequestType<P>, CoreType>]: {
        readonly kind: 'request';
        readonly type: T;
        readonly params: Params<P, T>;
        readonly connection: Connection<P, D>;
      };
    }[Exclude<RequestType<P>, CoreType>]
  | {
      [T in Exclude<SignalType<P>, CoreType>]: {
        readonly kind: 'signal';
        readonly type: T;
        readonly params: Signal<P, T>;
        readonly connection: Connection<P, D>;
      };
    }[Exclude<SignalType<P>, CoreType>];

declare const handled: unique symbol;
/** The result of `next`, which a middleware returns. */
export interface Handled {
  readonly [handled]: true;
}

/**
 * Runs before the handler of every request and signal of the application. It calls `next` once and returns its result, or throws a
 * `RequestError`: then the request is rejected with that error, and a signal is dropped. If it is not asynchronous, requests keep their
 * order.
 *
 * ```ts
 * connections.use((message, next) => {
 *   if (message.type === 'order' && message.connection.data.plan === 'free') throw new RequestError('forbidden');
 *   return next();
 * });
 * ```
 */
export type Middleware<P extends Protocol, D extends object = object> = (
  message: IncomingMessage<P, D>,
  next: () => Handled | Promise<Handled>,
) => Handled | Promise<Handled>;

/** A middleware of any protocol. */
export type AnyMiddleware = (message: AnyIncoming, next: () => unknown) => unknown;

interface AnyIncoming {
  readonly kind: 'request' | 'signal';
  readonly type: string;
  readonly params: object;
  readonly connection: Connection;
}

/** The frames that keep a connection alive, and the responses to requests of the server, do not pass the middlewares. */
export function isCoreType(type: string): boolean {
  return type === 'beat' || type === 'ping' || type === 'renew' || type === 'response';
}

/** Calls the middlewares in order, then `handle`. Returns, throws and rejects as they do. */
export function runMiddlewares(
  middlewares: readonly AnyMiddleware[],
  message: AnyIncoming,
  handle: () => unknown,
  index = 0,
): unknown {
  const middleware = middlewares[index];
  if (middleware === undefined) return handle();
  let called = false;
  return middleware(message, () => {
    if (called) throw new Error('a middleware called next() twice');
    called = true;
    return runMiddlewares(middlewares, message, handle, index + 1);
  });
}
