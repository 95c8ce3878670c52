import type { Schema } from './schema.ts';

/** A request in the types of a protocol. */
export interface RequestSchema<Params extends object, R> {
  readonly params: Schema<Params>;
  readonly reply: Schema<R>;
}

declare const none: unique symbol;
/** The server requests of a protocol that has none. */
export type NoRequests = Readonly<{ [none]?: never }>;

/**
 * The messages of every protocol, as types. Their schemas are in `@usher/protocol/server`. The event `request` and the signal `response`,
 * which carry the requests of the server, are not among them: `connection.request` and `handleRequest` use them.
 */
export interface CoreProtocol {
  readonly requests: Readonly<{
    ping: RequestSchema<object, object>;
    /** Extends the lease with a fresh ticket of the same session. */
    renew: RequestSchema<{ ticket: string }, { lease: number }>;
  }>;
  readonly signals: Readonly<{
    beat: Schema<object>;
  }>;
  readonly events: Readonly<{
    welcome: Schema<WelcomeEvent>;
    lease: Schema<{ lease: number }>;
    beat: Schema<object>;
  }>;
  readonly errors: readonly (
    'bad_message' | 'unknown_type' | 'not_found' | 'forbidden' | 'rate_limited' | 'invalid_ticket' | 'internal'
  )[];
}

export interface WelcomeEvent {
  connection: string;
  user: string;
  roles: string[];
  heartbeatMs: number;
  /** Unix seconds. */
  lease: number;
  limits: { frameBytes: number; textChars: number; rooms: number; sendsPerSecond: number };
}

/** The event `request`: a request of the server. */
export interface RequestEvent {
  /** Identifies the request on its connection. */
  request: number;
  /** One of the `serverRequests` of the protocol. */
  name: string;
  params: unknown;
}

/** The signal `response`, which responds to a request of the server. */
export interface ResponseSignal {
  request: number;
  /** The reply. Absent if the request failed. */
  data?: unknown;
  /** The error code if the request failed. */
  code?: string;
  message?: string;
}
