/** The server answered a request with an error, or it could not be sent for a reason that is named like the server's. */
export class RequestFailed extends Error {
  /**
   * One of the protocol's error codes. Two are given by the client too: `too_long` (the frame would be larger than the server
   * takes) and `rate_limited` (too many requests have no answer yet).
   */
  readonly code: string;
  override readonly name: string = 'RequestFailed';
  /** How long to wait before the same can succeed, in ms. */
  readonly retryAfterMs: number | undefined;

  constructor(code: string, message = code, retryAfterMs?: number) {
    super(message);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** There is no connection, or it was lost before the answer: whether the server did what was asked is not known. */
export class Disconnected extends Error {
  override readonly name: string = 'Disconnected';

  constructor(message = 'not connected') {
    super(message);
  }
}

/** No answer in time: whether the server did what was asked is not known. */
export class TimedOut extends Error {
  override readonly name: string = 'TimedOut';

  constructor(message = 'no answer in time') {
    super(message);
  }
}
