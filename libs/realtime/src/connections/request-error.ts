/**
 * Thrown by a handler to answer a request with an `error` frame. The client receives the message, so it must not contain internal
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
