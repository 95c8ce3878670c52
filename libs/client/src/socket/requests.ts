import type { RawFrame } from '@usher/protocol';
import { maxPending } from './constants.ts';
import { Disconnected, RequestFailed } from './errors.ts';
import { type After, withTimeout } from './timing.ts';

export interface RequestOptions {
  /** The timeout in ms, after which the promise rejects with `TimedOut`. Defaults to 10,000. */
  readonly timeoutMs?: number;
  /** Rejects the promise with the signal's reason. The server may still process the request. */
  readonly signal?: AbortSignal;
}

/** Sends a request and resolves to the data of its reply. */
export type SendRequest = (type: string, params: object, options?: RequestOptions) => Promise<unknown>;

/**
 * Creates the request function of a connection, and a function that settles the request to which a `reply` or `error` frame belongs.
 *
 * @param after starts the timeouts; when the connection ends, their subscriptions are closed and pending requests reject with
 * `Disconnected`
 * @param post sends a frame; returns `false` if there is no connection, or throws
 * @param defaultTimeoutMs the timeout of requests without their own
 */
export function createRequests(
  after: After,
  post: (frame: object) => boolean,
  defaultTimeoutMs: number,
): [send: SendRequest, settle: (frame: RawFrame) => void] {
  /** Never reset, so that a reply from an earlier connection cannot match a later request. */
  let lastId = 0;
  const pending = new Map<unknown, PromiseWithResolvers<unknown>>();

  return [
    async (type, params, { timeoutMs = defaultTimeoutMs, signal } = {}) => {
      signal?.throwIfAborted();
      if (pending.size >= maxPending) throw new RequestFailed('rate_limited');
      const id = ++lastId;
      if (!post({ ...params, type, id })) throw new Disconnected();
      return withTimeout(after, timeoutMs, (over) => {
        const reply = Promise.withResolvers<unknown>();
        pending.set(id, reply);
        over.onabort = () => {
          pending.delete(id);
          reply.reject(new Disconnected());
        };
        signal?.addEventListener(
          'abort',
          () => {
            reply.reject(signal.reason);
          },
          { signal: over },
        );
        return reply.promise;
      });
    },
    ({ type, id, data, code, message, retryAfterMs }) => {
      const reply = pending.get(id);
      if (type === 'reply') reply?.resolve(data);
      else reply?.reject(new RequestFailed(String(code), String(message), Number(retryAfterMs) || undefined));
    },
  ];
}

/**
 * Returns a frame as text.
 *
 * @throws RequestFailed `too_long` if it exceeds `maxBytes`, because the server closes with 1009 for a larger frame
 */
export function encodeFrame(frame: object, maxBytes: number): string {
  const text = JSON.stringify(frame);
  if (new TextEncoder().encode(text).length > maxBytes) throw new RequestFailed('too_long');
  return text;
}
