import type { RawFrame } from '@usher/protocol';
import { Disconnected, RequestFailed, TimedOut } from './errors.ts';
import type { After } from './timers.ts';

export interface RequestOptions {
  /** How long the answer may take, in ms, then `TimedOut`; 10,000 unless told. */
  readonly timeoutMs?: number;
  /** Ends the waiting; the promise rejects with the signal's reason. The server may do what was asked all the same. */
  readonly signal?: AbortSignal;
}

/** Most requests without an answer. The server's own bound is 256; this one is met first, by the one who asks too much. */
const mostInFlight = 200;

export interface Requests {
  /** Sends a request and resolves to the data of its reply. */
  readonly send: (type: string, params: object, options?: RequestOptions) => Promise<unknown>;
  /** Settles what a `reply` or `error` frame answers; what answers nothing is ignored. */
  readonly settle: (frame: RawFrame) => void;
  /** The connection is gone, and with it all answers. */
  readonly disconnect: () => void;
}

/**
 * The requests that have no answer yet.
 *
 * @param after times them; when its state is left, `disconnect` is called
 * @param post sends a frame, or throws
 * @param usualMs how long an answer may take unless told
 */
export function createRequests(after: After, post: (frame: object) => void, usualMs: number): Requests {
  /** Ascending over all connections, so that no answer is ever taken for another's. */
  let lastId = 0;
  const waiting = new Map<unknown, PromiseWithResolvers<unknown>>();

  return {
    async send(type, params, { timeoutMs = usualMs, signal } = {}) {
      signal?.throwIfAborted();
      if (waiting.size >= mostInFlight) throw new RequestFailed('rate_limited');
      const id = ++lastId;
      post({ ...params, type, id });
      const answer = Promise.withResolvers<unknown>();
      const aborted = (): void => {
        answer.reject(signal?.reason);
      };
      waiting.set(id, answer);
      signal?.addEventListener('abort', aborted);
      const clear = after(timeoutMs, () => {
        answer.reject(new TimedOut());
      });
      try {
        return await answer.promise;
      } finally {
        clear();
        waiting.delete(id);
        signal?.removeEventListener('abort', aborted);
      }
    },
    settle({ type, id, data, code, message, retryAfterMs }) {
      const answer = waiting.get(id);
      if (type === 'reply') answer?.resolve(data);
      else answer?.reject(new RequestFailed(String(code), String(message), Number(retryAfterMs) || undefined));
    },
    disconnect() {
      for (const { reject } of waiting.values()) reject(new Disconnected());
    },
  };
}
