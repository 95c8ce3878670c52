/** How long a call of a store may take by default, in milliseconds. */
export const storeTimeoutMs = 2_000;

/** A store did not respond in time. Whether it executed the call is unknown. */
export class StoreTimeout extends Error {
  override readonly name = 'StoreTimeout';

  /** @param call what was called, for the log */
  constructor(call: string, ms: number) {
    super(`${call} did not settle within ${ms} ms`);
  }
}

/**
 * Settles like `work`, but within `ms` milliseconds: then it rejects with `StoreTimeout`. The work itself continues, and its later
 * rejection is ignored. An error that `call` throws rejects the promise.
 *
 * @param name what is called, for the message of the error
 */
export async function withDeadline<T>(name: string, work: () => T | Promise<T>, ms = storeTimeoutMs): Promise<T> {
  const working = work();
  return working instanceof Promise ? limited(name, working, ms) : working;
}

function limited<T>(name: string, working: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new StoreTimeout(name, ms));
    }, ms);
    const settle = (): void => {
      clearTimeout(timer);
      resolve(working);
    };
    working.then(settle, settle);
  });
}
