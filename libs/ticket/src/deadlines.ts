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
  /** Abandons the call before the time limit. The call then rejects with the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the result of a call that fulfills after it was abandoned. Must not throw. */
  readonly onLate?: ((result: T) => void) | undefined;
}

/** Called when a call settles or is abandoned, before its promise settles. `failure` is absent if the call fulfilled. Must not throw. */
export type OnCallEnd = (failure?: { readonly error: unknown }) => void;

type LimitedFunction<T> = (options: { readonly signal: AbortSignal }) => T | Promise<T>;

/** A pending call. The called function receives it as its options. */
class PendingCall {
  readonly name: string;
  /** Rejects the promise of the call, which is abandoned. */
  readonly #reject: (error: Error) => void;
  #controller: AbortController | undefined;
  #stoppedBy: Error | undefined;

  constructor(name: string, reject: (error: Error) => void) {
    this.name = name;
    this.#reject = reject;
  }

  /** Aborted when the call is abandoned. Created when it is first read, because there are several calls per connect. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#stoppedBy !== undefined) this.#controller.abort(this.#stoppedBy);
    return this.#controller.signal;
  }

  stop(error: Error): void {
    this.#stoppedBy = error;
    this.#reject(error);
    this.#controller?.abort(error);
  }
}

/** Applies one time limit to asynchronous calls. All calls share one timer. */
export class TimeLimit {
  readonly #deadlines: Deadlines<PendingCall>;

  /**
   * @param limitMs the time limit of each call in milliseconds.
   * @param createError returns the error with which a call of this name rejects after the limit.
   */
  constructor(limitMs: number, createError: (name: string) => Error) {
    this.#deadlines = new Deadlines(limitMs, (pending) => {
      pending.stop(createError(pending.name));
    });
  }

  /** The number of pending calls. */
  get pendingCount(): number {
    return this.#deadlines.pendingCount;
  }

  /**
   * Calls a function and settles within the time limit. After the limit, the signal that the function received is aborted. The work
   * that the function started may continue: its result is passed to `onLate`, and its error is ignored.
   */
  run<T>(
    name: string,
    call: LimitedFunction<T>,
    { signal, onLate }: LimitedCallOptions<T> = {},
    onEnd?: OnCallEnd,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const fail = (error: Error): void => {
        onEnd?.({ error });
        reject(error);
      };
      if (signal?.aborted === true) {
        fail(asError(signal.reason));
        return;
      }
      const pending = new PendingCall(name, fail);
      this.#deadlines.begin(pending);
      const stopListening = signal === undefined ? undefined : this.#stopOnAbort(pending, signal);
      /** Returns whether the call was still pending. */
      const end = (): boolean => {
        stopListening?.();
        return this.#deadlines.end(pending);
      };
      const started = startCall(call, pending);
      started.then(
        (result) => {
          if (end()) {
            onEnd?.();
            resolve(result);
          } else {
            onLate?.(result);
          }
        },
        (error: unknown) => {
          if (!end()) return;
          onEnd?.({ error });
          resolve(started);
        },
      );
    });
  }

  /** Abandons a call when a signal is aborted. Returns a function that removes the listener. */
  #stopOnAbort(pending: PendingCall, signal: AbortSignal): () => void {
    const stop = (): void => {
      if (this.#deadlines.end(pending)) pending.stop(asError(signal.reason));
    };
    signal.addEventListener('abort', stop, { once: true });
    return () => {
      signal.removeEventListener('abort', stop);
    };
  }
}

/** Calls a function. An exception becomes a rejection. */
function startCall<T>(call: LimitedFunction<T>, options: { readonly signal: AbortSignal }): Promise<T> {
  try {
    return Promise.resolve(call(options));
  } catch (error) {
    return Promise.reject(asError(error));
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
