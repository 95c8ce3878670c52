import { isRequestId, type RawFrame } from '@usher/protocol';
import { Disconnected, RequestFailed, TimedOut } from './errors.ts';
import type { Timers } from './timers.ts';

export interface RequestOptions {
  /** How long the answer may take, in ms; then `TimedOut`. */
  readonly timeoutMs?: number;
  /** Stops the waiting; the promise rejects with the signal's reason. The server may do what was asked all the same. */
  readonly signal?: AbortSignal;
}

interface Waiting {
  readonly resolve: (data: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Most requests without an answer. The server's own bound is 256; this one is met first, by the one who asks too much. */
const mostInFlight = 200;

/** The requests of a connection that have no answer yet. */
export class Requests {
  /** Ascending over all connections, so that no answer is ever taken for another's. */
  #lastId = 0;
  readonly #waiting = new Map<number, Waiting>();
  readonly #timers: Timers;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Sends a request and resolves to the data of its reply. @throws RequestFailed, Disconnected, TimedOut */
  send(
    type: string,
    params: object,
    { timeoutMs, signal }: RequestOptions & { readonly timeoutMs: number },
    post: (frame: object) => void,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (this.#waiting.size >= mostInFlight) throw new RequestFailed('rate_limited', 'too many requests at once');
      const id = ++this.#lastId;
      post({ ...params, type, id });
      const done = (): void => {
        this.#waiting.delete(id);
        this.#timers.clear(timer);
        signal?.removeEventListener('abort', aborted);
      };
      const aborted = (): void => {
        waiting.reject(signal?.reason as Error);
      };
      const waiting: Waiting = {
        resolve(data) {
          done();
          resolve(data);
        },
        reject(error) {
          done();
          reject(error);
        },
      };
      const timer = this.#timers.set(timeoutMs, () => {
        waiting.reject(new TimedOut());
      });
      signal?.addEventListener('abort', aborted);
      this.#waiting.set(id, waiting);
    });
  }

  /** Settles the request that a `reply` or `error` frame answers; what answers none is ignored. */
  settle({ type, id, data, code, message, retryAfterMs }: RawFrame): void {
    const waiting = isRequestId(id) ? this.#waiting.get(id) : undefined;
    if (type === 'reply') waiting?.resolve(data);
    else waiting?.reject(new RequestFailed(String(code), String(message), Number(retryAfterMs) || undefined));
  }

  /** The connection is gone, and with it all answers. */
  disconnect(): void {
    for (const waiting of [...this.#waiting.values()]) waiting.reject(new Disconnected());
  }
}
