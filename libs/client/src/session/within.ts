import { TimedOut } from '../errors.ts';

/** What a call comes to; rejects with `TimedOut` after `ms`, and tells the call by its signal. */
export async function within<T>(ms: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stopped = new AbortController();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new TimedOut());
    stopped.abort();
  }, ms);
  try {
    return await Promise.race([call(stopped.signal), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
