/**
 * What a handler throws to answer a request with an `error` frame. The message goes to the client: nothing in it may tell
 * what the client must not know.
 */
export class RequestError<C extends string = string> extends Error {
  override readonly name = 'RequestError';
  readonly code: C;
  /** How long to wait before the same request can succeed, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(code: C, message: string = code, options: { readonly retryAfterMs?: number } = {}) {
    super(message);
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }
}
