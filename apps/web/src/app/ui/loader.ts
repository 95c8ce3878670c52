import { signal } from '@angular/core';

/** Loads a value from the server repeatedly. Keeps the last value if a later request fails. */
export class Loader<T> {
  private readonly request: () => Promise<T>;
  private readonly latest = signal<T | undefined>(undefined);
  private readonly failure = signal<unknown>(undefined);
  private requests = 0;
  /** The running request of `refresh`, and the queued one. */
  private running: Promise<void> | undefined;
  private queued: Promise<void> | undefined;

  /** The last value; `undefined` until one is loaded. */
  readonly value = this.latest.asReadonly();
  /** The error of the last request. */
  readonly error = this.failure.asReadonly();

  constructor(request: () => Promise<T>) {
    this.request = request;
  }

  /** Never throws: an error is available as `error`. */
  async load(): Promise<void> {
    const number = ++this.requests;
    this.failure.set(undefined);
    try {
      const value = await this.request();
      // If requests overlap, the one that started last wins, whichever response arrives last.
      if (number === this.requests) this.latest.set(value);
    } catch (error) {
      if (number === this.requests) this.failure.set(error);
    }
  }

  /**
   * Like `load`, for frequent calls: at most one request runs and one more is queued, however many callers wait. Resolves after a request
   * that started after this call.
   */
  async refresh(): Promise<void> {
    if (!this.running) await this.next();
    else await (this.queued ??= this.running.then(() => this.next()));
  }

  private next(): Promise<void> {
    this.queued = undefined;
    const load = this.load().finally(() => {
      if (this.running === load && !this.queued) this.running = undefined;
    });
    this.running = load;
    return load;
  }
}
