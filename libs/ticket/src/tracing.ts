import type { IncomingMessage } from 'node:http';
import type { ProblemCode } from '@usher/protocol';
import type { HandshakeOutcome } from './handshake-outcome.ts';

/**
 * An operation that is traced, for example as a span of OpenTelemetry. Its functions must not throw. Identical to `TracedOperation` of
 * `@usher/realtime`, because the two libraries do not depend on each other.
 */
export interface TracedOperation<R> {
  /** Calls `work` as part of the operation and returns what it returns. May be called several times. */
  run<T>(work: () => T): T;
  /** Called once, with the result of the operation. */
  end(result: R): void;
}

/** The result of a traced ticket call. */
export interface TracedTicketResult {
  readonly outcome: 'issued' | ProblemCode;
  /** Identifies the call for users and operators, see `newReceipt`. */
  readonly receipt: string;
}

export interface TracedTicketCall extends TracedOperation<TracedTicketResult> {
  /** The `traceparent` (W3C Trace Context) of the call. The ticket carries it to the handshake. */
  readonly traceparent: string | undefined;
}

/** The result of a traced handshake. */
export type TracedHandshakeResult = Pick<HandshakeOutcome, 'outcome' | 'reason' | 'credential' | 'claims'>;

export interface TracedHandshakeStart {
  /** The ticket has been removed from its URL. */
  readonly request: IncomingMessage;
  /** Path of the WebSocket endpoint. */
  readonly endpoint: string;
  /** When the request arrived, on the clock of `performance.now()`. */
  readonly startedAt: number;
  /** The `traceparent` of the ticket call. Absent if the ticket is unknown or its call was not traced. */
  readonly traceparent?: string | undefined;
}

/** Traces ticket calls and handshakes. Its functions must not throw. See `@usher/server/opentelemetry`. */
export interface TicketTracing {
  /** Called when a ticket call begins. @param path the path of the ticket call */
  ticketCall(request: IncomingMessage, path: string): TracedTicketCall;
  /**
   * Called once for each handshake: when its ticket was read, or when it is rejected before. A browser cannot send `traceparent` with a
   * handshake, so the parent is known only then.
   */
  handshake(start: TracedHandshakeStart): TracedOperation<TracedHandshakeResult>;
}

/** Runs `work` as part of an operation if there is one. */
export function runIn<T>(operation: TracedOperation<never> | undefined, work: () => T): T {
  return operation === undefined ? work() : operation.run(work);
}

/** Returns whether a text is a `traceparent` of version 00 (W3C Trace Context §3.2): 55 characters, and no identifier is zero. */
export function isTraceparent(text: string): boolean {
  return /^00-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}$/.test(text);
}
