import { fullJitter } from '../backoff.ts';
import { RequestFailed } from '../errors.ts';

/** Returns the error code (`internal` for other errors) and the server's retry delay in ms, if any. */
export function errorCodeOf(error: unknown): [code: string, retryAfterMs?: number | undefined] {
  return error instanceof RequestFailed ? [error.code, error.retryAfterMs] : ['internal'];
}

/** Returns the delay before a retry in ms, or `undefined` if a retry cannot succeed. */
export function retryMs(error: unknown, failures: number): number | undefined {
  const [code, retryAfterMs] = errorCodeOf(error);
  return code === 'internal' || code === 'rate_limited'
    ? (retryAfterMs ?? 500 + fullJitter(failures, 500, 20_000, Math.random))
    : undefined;
}
