import { TimedOut } from '../errors.ts';

/** Resolves to the result of the call. After `ms` it rejects with `TimedOut` and aborts the signal of the call. */
export async function withTimeout<T>(ms: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stopped = new AbortController();
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    timeout.reject(new TimedOut());
    stopped.abort();
  }, ms);
  try {
    return await Promise.race([call(stopped.signal), timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}
