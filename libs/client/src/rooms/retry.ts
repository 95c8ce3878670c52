import { Disconnected, toRequestFailed } from '../socket/errors.ts';
import { fullJitter } from '../socket/timing.ts';

/**
 * Handles the reply of a request, or an error of the request or of `onReply`, while `isCurrent` returns `true`. Ignores
 * `Disconnected`, because a lost connection is handled elsewhere.
 */
export function handleReply<T>(
  reply: Promise<T>,
  isCurrent: () => boolean,
  onReply: (data: T) => void,
  onError: (error: unknown) => void,
): void {
  reply
    .then((data) => {
      if (isCurrent()) onReply(data);
    })
    .catch((error: unknown) => {
      if (isCurrent() && !(error instanceof Disconnected)) onError(error);
    });
}

/** Returns the delay before a retry in ms, or `undefined` if a retry cannot succeed. */
export function retryMs(error: unknown, failures: number): number | undefined {
  const { code, retryAfterMs } = toRequestFailed(error);
  return code === 'internal' || code === 'rate_limited'
    ? (retryAfterMs ?? 500 + fullJitter(failures, 500, 20_000, Math.random))
    : undefined;
}
