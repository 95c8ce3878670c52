import type { RawFrame } from '@usher/protocol';
import { Disconnected, RequestFailed, TimedOut } from './errors.ts';
import type { After } from './timers.ts';

export interface RequestOptions {
  /** The timeout in ms, after which the promise rejects with `TimedOut`. Defaults to 10,000. */
  readonly timeoutMs?: number;
  /** Rejects the promise with the signal's reason. The server may still process the request. */
  readonly signal?: AbortSignal;
}

/** The limit for pending requests. It is lower than the server's limit of 256, so the client rejects excess requests itself. */
const maxPending = 200;

export interface Requests {
  /** Sends a request and resolves to the data of its reply. */
  readonly send: (type: string, params: object, options?: RequestOptions) => Promise<unknown>;
  /** Settles the request that a `reply` or `error` frame answers. Ignores frames for unknown requests. */
  readonly settle: (frame: RawFrame) => void;
  /** Rejects all pending requests with `Disconnected`. */
  readonly disconnect: () => void;
}

/**
 * Tracks pending requests.
 *
 * @param after sets the timeouts; the caller must call `disconnect` when it clears them
 * @param post sends a frame, or throws
 * @param defaultTimeoutMs the timeout of requests without their own
 */
export function createRequests(after: After, post: (frame: object) => void, defaultTimeoutMs: number): Requests {
  /** Never reset, so that an answer from an earlier connection cannot match a later request. */
  let lastId = 0;
  const pending = new Map<unknown, PromiseWithResolvers<unknown>>();

  return {
    async send(type, params, { timeoutMs = defaultTimeoutMs, signal } = {}) {
      signal?.throwIfAborted();
      if (pending.size >= maxPending) throw new RequestFailed('rate_limited');
      const id = ++lastId;
      post({ ...params, type, id });
      const answer = Promise.withResolvers<unknown>();
      const onAbort = (): void => {
        answer.reject(signal?.reason);
      };
      pending.set(id, answer);
      signal?.addEventListener('abort', onAbort);
      const clear = after(timeoutMs, () => {
        answer.reject(new TimedOut());
      });
      try {
        return await answer.promise;
      } finally {
        clear();
        pending.delete(id);
        signal?.removeEventListener('abort', onAbort);
      }
    },
    settle({ type, id, data, code, message, retryAfterMs }) {
      const answer = pending.get(id);
      if (type === 'reply') answer?.resolve(data);
      else answer?.reject(new RequestFailed(String(code), String(message), Number(retryAfterMs) || undefined));
    },
    disconnect() {
      for (const { reject } of pending.values()) reject(new Disconnected());
    },
  };
}
