/** The server answered a request with an error, or the client rejected the request before sending it. */
export class RequestFailed extends Error {
  /**
   * An error code of the protocol. The client itself uses two of them: `too_long` (the frame exceeds the server's limit) and
   * `rate_limited` (too many requests are pending).
   */
  readonly code: string;
  override readonly name: string = 'RequestFailed';
  /** How long to wait before a retry, in ms. */
  readonly retryAfterMs: number | undefined;

  constructor(code: string, message = code, retryAfterMs?: number) {
    super(message);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** There is no connection, or it was lost before the answer. The server may have processed the request. */
export class Disconnected extends Error {
  override readonly name: string = 'Disconnected';

  constructor(message = 'not connected') {
    super(message);
  }
}

/** No answer arrived in time. The server may have processed the request. */
export class TimedOut extends Error {
  override readonly name: string = 'TimedOut';

  constructor(message = 'no answer in time') {
    super(message);
  }
}
