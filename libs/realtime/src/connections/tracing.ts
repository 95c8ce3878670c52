import type { Connection } from './connection.ts';

/**
 * An operation that is traced, for example as a span of OpenTelemetry. Its functions must not throw. Identical to `TracedOperation` of
 * `@usher/ticket/node`, because the two libraries do not depend on each other.
 */
export interface TracedOperation<R> {
  /** Calls `work` as part of the operation and returns what it returns. May be called several times. */
  run<T>(work: () => T): T;
  /** Called once, with the result of the operation. */
  end(result: R): void;
}

/** Where the trace of a message that is delivered on this node comes from. */
export interface TracedDeliveryStart {
  readonly room: string;
  readonly seq: number;
  /** The `traceparent` of the message, if another node has published it. Without it, the active operation is the parent. */
  readonly traceparent?: string;
}

/** Traces requests and messages. Its functions must not throw. See `@usher/server/opentelemetry`. */
export interface RealtimeTracing {
  /** Called when a connection opens, in the turn of the event loop in which its handshake was accepted. */
  opened(connection: Connection): void;
  /**
   * Called when the handler of a request is about to run. Requests that are rejected before, for example by a rate limit, are not traced.
   *
   * @returns the operation, which ends with `ok` or an error code
   */
  request(type: string, connection: Connection): TracedOperation<string>;
  /** Called when a message is appended to the history. The operation ends when the message is durable, or with the error. */
  append(room: string): TracedOperation<{ readonly seq?: number; readonly error?: unknown }>;
  /**
   * Called on the node that publishes a message once it is durable, and on other nodes when they receive it. The operation ends when the
   * message was passed to the sockets of all members on this node: they are written at the end of that turn of the event loop.
   */
  deliver(start: TracedDeliveryStart): TracedOperation<{ readonly members: number }>;
  /** Returns the `traceparent` of the active operation, which the bus carries to other nodes. */
  traceparent(): string | undefined;
}
