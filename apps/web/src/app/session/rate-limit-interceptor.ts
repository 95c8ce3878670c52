import type { HttpInterceptorFn } from '@angular/common/http';
import { retry, throwError, timer } from 'rxjs';
import { problemOf } from './http-errors.ts';

const maxRetries = 3;
/** The longest wait before a retry, in milliseconds. The server's budget is refilled within 10 seconds. */
const maxWaitMs = 10_000;

/**
 * Repeats GET requests that exceeded the user's call budget (429 `rate_limited`) after the time that the server states. A user who scrolls
 * quickly through a long history waits for a moment instead of seeing an error.
 */
export const rateLimitInterceptor: HttpInterceptorFn = (request, next) => {
  const response = next(request);
  if (request.method !== 'GET') return response;
  return response.pipe(
    retry({
      count: maxRetries,
      delay: (error: unknown) => {
        const waitMs = waitOf(error);
        return waitMs === undefined ? throwError(() => error) : timer(waitMs);
      },
    }),
  );
};

function waitOf(error: unknown): number | undefined {
  const { code, retryAfterMs = Infinity } = problemOf(error) ?? {};
  return code === 'rate_limited' && retryAfterMs <= maxWaitMs ? retryAfterMs : undefined;
}
