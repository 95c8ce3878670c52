import { fullJitter } from '../backoff.ts';
import { RequestFailed } from '../errors.ts';

/** The code of what went wrong, `internal` where the server did not say, and how long to wait where it did. */
export function faultOf(error: unknown): [code: string, retryAfterMs?: number | undefined] {
  return error instanceof RequestFailed ? [error.code, error.retryAfterMs] : ['internal'];
}

/** When to ask again after so many failures, in ms; `undefined` where the answer would be the same. */
export function retryMs(error: unknown, faults: number): number | undefined {
  const [code, retryAfterMs] = faultOf(error);
  return code === 'internal' || code === 'rate_limited'
    ? (retryAfterMs ?? 500 + fullJitter(faults, 500, 20_000, Math.random))
    : undefined;
}
