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
  readonly #deadlines: Deadlines<WaitingCall>;

  /**
   * @param limitMs the time limit of each call in milliseconds.
   * @param createError returns the error with which a call of this name rejects after the limit.
   */
  constructor(limitMs: number, createError: (name: string) => Error) {
    this.#createError = createError;
    this.#deadlines = new Deadlines(limitMs, (waiting) => {
      waiting.stop(this.#createError(waiting.name));
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
      const waiting = new WaitingCall(name, reject);
      this.#deadlines.begin(waiting);
      const settled = signal === undefined ? () => this.#deadlines.end(waiting) : this.#untilCanceled(waiting, signal);
      const started = startOf(call, waiting);
      started.then(
        (result) => {
          if (settled()) resolve(result);
          else onLate?.(result);
        },
        () => {
          if (settled()) resolve(started);
        },
      );
    });
  }

  /** Stops a call when a signal is aborted. Returns a function that ends the waiting and returns whether the call was still waited for. */
  #untilCanceled(waiting: WaitingCall, signal: AbortSignal): () => boolean {
    const cancel = (): void => {
      if (this.#deadlines.end(waiting)) waiting.stop(asError(signal.reason));
    };
    signal.addEventListener('abort', cancel);
    return () => {
      signal.removeEventListener('abort', cancel);
      return this.#deadlines.end(waiting);
    };
  }
}

/** A call that `TimeLimit` waits for. */
class WaitingCall {
  readonly name: string;
  readonly #reject: (error: Error) => void;
  #controller: AbortController | undefined;
  #error: Error | undefined;

  constructor(name: string, reject: (error: Error) => void) {
    this.name = name;
    this.#reject = reject;
  }

  /** Aborted when the waiting stops. Created when it is first read, because it costs more than the rest of a call. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#error !== undefined) this.#controller.abort(this.#error);
    }
    return this.#controller.signal;
  }

  /** Rejects the call and aborts its signal. */
  stop(error: Error): void {
    this.#error = error;
    this.#reject(error);
    this.#controller?.abort(error);
  }
}

/** Calls a function. Converts an exception to a rejection. */
async function startOf<T>(
  call: (options: { readonly signal: AbortSignal }) => T | Promise<T>,
  waiting: WaitingCall,
): Promise<T> {
  return call({
    // An own property, so that a copy of the options has it too.
    get signal() {
      return waiting.signal;
    },
  });
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
