/**
 * Thrown by a handler to reject a request with an `error` frame. The client receives the message, so it must not contain internal
 * details.
 */
export class RequestError<C extends string = string> extends Error {
  override readonly name = 'RequestError';
  readonly code: C;
  /** How long the client should wait before it retries, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(code: C, message: string = code, options: { readonly retryAfterMs?: number } = {}) {
    super(message);
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The room does not exist. Every port that takes a room rejects with it. */
export class UnknownRoom extends Error {
  override readonly name = 'UnknownRoom';
}

export type AccessDecision = 'allowed' | 'not_found' | 'forbidden';

/** Maps `UnknownRoom` to a `not_found` error without further details. Returns any other error unchanged. */
export function notFound(error: unknown): unknown {
  return error instanceof UnknownRoom ? new RequestError('not_found', 'no such room') : error;
}

/** @throws RequestError that rejects the request if access was denied */
export function requireAllowed(decision: AccessDecision): void {
  if (decision === 'not_found') throw new RequestError('not_found', 'no such room');
  if (decision === 'forbidden') throw new RequestError('forbidden', 'not allowed in this room');
}
