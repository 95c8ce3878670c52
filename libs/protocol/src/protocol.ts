import type { InputOf, OutputOf, Schema } from './schema.ts';

/**
 * The messages that clients and servers exchange over a connection. Create it with `defineProtocol` of the `/server` entry
 * point. Browsers import only its type (`import type`), so that no schema gets into their bundle.
 */
export interface Protocol {
  /** The WebSocket subprotocol, e.g. `usher.v1`. */
  readonly name: string;
  /** Client → server. The server sends exactly one `reply` or `error` with the same `id`. */
  readonly requests: Readonly<Record<string, { readonly params: Schema<object>; readonly reply: Schema }>>;
  /** Client → server, without a reply. */
  readonly signals: Readonly<Record<string, Schema<object>>>;
  /** Server → client, not in response to a request. */
  readonly events: Readonly<Record<string, Schema<object>>>;
  /** Server → client. The client sends a `response` (`handleRequest` of `@usher/client`). */
  readonly serverRequests?: Readonly<Record<string, { readonly params: Schema<object>; readonly reply: Schema }>>;
  /** The possible codes of an `error` frame. */
  readonly errors: readonly string[];
}

export type RequestType<P extends Protocol> = keyof P['requests'] & string;
export type SignalType<P extends Protocol> = keyof P['signals'] & string;
export type EventType<P extends Protocol> = keyof P['events'] & string;
export type ServerRequestType<P extends Protocol> = keyof NonNullable<P['serverRequests']> & string;
export type ErrorCode<P extends Protocol> = P['errors'][number];

/** What the handler of a request gets. */
export type Params<P extends Protocol, T extends RequestType<P>> = OutputOf<P['requests'][T]['params']>;
/** What a client passes to a request. Differs from `Params` only if the schema transforms values. */
export type ParamsInput<P extends Protocol, T extends RequestType<P>> = InputOf<P['requests'][T]['params']>;
/** Replies and events are not validated by their receivers, so they have the type that is sent. */
export type Reply<P extends Protocol, T extends RequestType<P>> = InputOf<P['requests'][T]['reply']>;
/** What the handler of a signal gets. */
export type Signal<P extends Protocol, T extends SignalType<P>> = OutputOf<P['signals'][T]>;
/** What a client passes to a signal. */
export type SignalInput<P extends Protocol, T extends SignalType<P>> = InputOf<P['signals'][T]>;
export type Event<P extends Protocol, T extends EventType<P>> = InputOf<P['events'][T]>;

type ServerRequest<P extends Protocol, T extends ServerRequestType<P>> = NonNullable<P['serverRequests']>[T];
/** What the server passes to a request to the client, and what the client's handler gets. */
export type ServerParams<P extends Protocol, T extends ServerRequestType<P>> = InputOf<ServerRequest<P, T>['params']>;
/** What the client's handler returns. */
export type ServerReplyInput<P extends Protocol, T extends ServerRequestType<P>> = InputOf<
  ServerRequest<P, T>['reply']
>;
/** What the server gets from a client's reply. */
export type ServerReply<P extends Protocol, T extends ServerRequestType<P>> = OutputOf<ServerRequest<P, T>['reply']>;

/** Server → client: the successful response to the request with this `id`. */
export interface ReplyFrame<D = unknown> {
  readonly type: 'reply';
  readonly id: number;
  readonly data: D;
}

/** Server → client: the request with this `id` failed. `id` is absent if the server could not read one from the frame. */
export interface ErrorFrame<C extends string = string> {
  readonly type: 'error';
  readonly id?: number;
  readonly code: C;
  readonly message: string;
  /** How long to wait before the next attempt, in milliseconds. */
  readonly retryAfterMs?: number;
}

export type RequestFrame<P extends Protocol> = {
  [T in RequestType<P>]: { readonly type: T; readonly id: number } & ParamsInput<P, T>;
}[RequestType<P>];

export type SignalFrame<P extends Protocol> = {
  [T in SignalType<P>]: { readonly type: T } & SignalInput<P, T>;
}[SignalType<P>];

export type EventFrame<P extends Protocol> = {
  [T in EventType<P>]: { readonly type: T } & Event<P, T>;
}[EventType<P>];

export type ClientFrame<P extends Protocol> = RequestFrame<P> | SignalFrame<P>;
export type ServerFrame<P extends Protocol> = ReplyFrame | ErrorFrame<ErrorCode<P>> | EventFrame<P>;

/**
 * A frame of which only `type` has been validated. Servers also validate frames against their schemas (`compileProtocol`). Browsers
 * do not: they trust the server that they authenticated with to send valid fields.
 */
export interface RawFrame {
  readonly type: string;
  readonly id?: unknown;
  readonly [field: PropertyKey]: unknown;
}

/** Parses a frame. Returns `undefined` unless the text is a JSON object with a string `type`. Never throws. */
export function parseFrame(text: unknown): RawFrame | undefined {
  const value = typeof text === 'string' ? parseJson(text) : undefined;
  return isRawFrame(value) ? value : undefined;
}

/** Parses JSON. Returns `undefined` if the text is not valid JSON. Never throws. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns whether a value is a valid request `id`, which is a positive safe integer. */
export function isRequestId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

export function isRawFrame(value: unknown): value is RawFrame {
  return typeof (value as Partial<RawFrame> | null | undefined)?.type === 'string';
}
