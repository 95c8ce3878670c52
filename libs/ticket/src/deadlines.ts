/**
 * Applies one time limit to many concurrent operations with a single timer, because a timer per operation costs more than most
 * operations take. The timer does not keep the process alive.
 */
export class Deadlines<T> {
  readonly #limitMs: number;
  readonly #onExpired: (operation: T) => void;
  /** The deadline of each operation in monotonic milliseconds, the earliest first. */
  readonly #pending = new Map<T, number>();
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param limitMs the time limit in milliseconds.
   * @param onExpired called once for each operation that exceeds the limit. Must not throw.
   */
  constructor(limitMs: number, onExpired: (operation: T) => void) {
    this.#limitMs = limitMs;
    this.#onExpired = onExpired;
  }

  /** The number of operations that have neither ended nor exceeded the limit. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  begin(operation: T): void {
    this.#pending.set(operation, performance.now() + this.#limitMs);
    if (this.#timer === undefined) this.#schedule(this.#limitMs);
  }

  /** Ends an operation. Returns whether it finished within the limit. */
  end(operation: T): boolean {
    return this.#pending.delete(operation);
  }

  #schedule(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#expire();
    }, ms).unref();
  }

  #expire(): void {
    const now = performance.now();
    for (const [operation, deadline] of this.#pending) {
      if (deadline > now) {
        // A timer may fire slightly early, and 1 ms is the shortest delay of a timer.
        this.#schedule(Math.max(1, deadline - now));
        return;
      }
      this.#pending.delete(operation);
      this.#onExpired(operation);
    }
  }
}

export interface LimitedCallOptions<T> {
  /** Stops the waiting before the time limit. The call then rejects with the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the result if the call fulfills after the waiting stopped. Must not throw. */
  readonly onLate?: ((result: T) => void) | undefined;
}

/** Applies one time limit to asynchronous calls. All calls share one timer. */
export class TimeLimit {
  readonly #createError: (name: string) => Error;
  readonly #deadlines: Deadlines<() => void>;

  /**
   * @param limitMs the time limit of each call in milliseconds.
   * @param createError returns the error with which a call of this name rejects after the limit.
   */
  constructor(limitMs: number, createError: (name: string) => Error) {
    this.#createError = createError;
    this.#deadlines = new Deadlines(limitMs, (expire) => {
      expire();
    });
  }

  /** The number of calls that are waited for. */
  get pendingCount(): number {
    return this.#deadlines.pendingCount;
  }

  /**
   * Calls a function and settles within the time limit. After the limit, the signal that the function received is aborted. The work
   * that the function started may continue: its result is passed to `onLate`, and its error is ignored.
   */
  run<T>(
    name: string,
    call: (options: { readonly signal: AbortSignal }) => T | Promise<T>,
    { signal, onLate }: LimitedCallOptions<T> = {},
  ): Promise<T> {
    if (signal?.aborted === true) return Promise.reject(asError(signal.reason));
    return new Promise<T>((resolve, reject) => {
      const controller = new AbortController();
      const stopWaiting = (error: Error): void => {
        signal?.removeEventListener('abort', cancel);
        reject(error);
        controller.abort(error);
      };
      const expire = (): void => {
        stopWaiting(this.#createError(name));
      };
      const cancel = (): void => {
        if (this.#deadlines.end(expire)) stopWaiting(asError(signal?.reason));
      };
      /** Returns whether the call is still waited for. */
      const end = (): boolean => {
        signal?.removeEventListener('abort', cancel);
        return this.#deadlines.end(expire);
      };
      signal?.addEventListener('abort', cancel);
      this.#deadlines.begin(expire);
      // The executor converts an exception of `call` to a rejection.
      const started = new Promise<T>((settle) => {
        settle(call({ signal: controller.signal }));
      });
      started.then(
        (result) => {
          if (end()) resolve(result);
          else onLate?.(result);
        },
        () => {
          if (end()) resolve(started);
        },
      );
    });
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
