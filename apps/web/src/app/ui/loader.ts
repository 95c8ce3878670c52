import { signal } from '@angular/core';

/** Loads a value from the server repeatedly. Keeps the last value if a later request fails. */
export class Loader<T> {
  private readonly ask: () => Promise<T>;
  private readonly answer = signal<T | undefined>(undefined);
  private readonly trouble = signal<unknown>(undefined);
  private times = 0;
  /** The running request of `refresh`, and the one that follows it. */
  private asking: Promise<void> | undefined;
  private following: Promise<void> | undefined;

  /** The last value; `undefined` until one is loaded. */
  readonly value = this.answer.asReadonly();
  /** The error of the last request. */
  readonly error = this.trouble.asReadonly();

  constructor(ask: () => Promise<T>) {
    this.ask = ask;
  }

  /** Never throws: an error is available as `error`. */
  async load(): Promise<void> {
    const mine = ++this.times;
    this.trouble.set(undefined);
    try {
      const answer = await this.ask();
      // If requests overlap, the one that started last wins, whichever response arrives last.
      if (mine === this.times) this.answer.set(answer);
    } catch (error) {
      if (mine === this.times) this.trouble.set(error);
    }
  }

  /**
   * Like `load`, for frequent calls: at most one request runs and one more is queued, however many callers wait. Resolves after a request
   * that started after this call.
   */
  async refresh(): Promise<void> {
    if (!this.asking) await this.next();
    else await (this.following ??= this.asking.then(() => this.next()));
  }

  private next(): Promise<void> {
    this.following = undefined;
    const mine = this.load().finally(() => {
      if (this.asking === mine && !this.following) this.asking = undefined;
    });
    this.asking = mine;
    return mine;
  }
}
