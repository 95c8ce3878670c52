import { signal } from '@angular/core';

/** What the server is asked for, again and again: the last answer, and whether the question after it came to nothing. */
export class Asked<T> {
  private readonly ask: () => Promise<T>;
  private readonly answer = signal<T | undefined>(undefined);
  private readonly trouble = signal<unknown>(undefined);
  private times = 0;
  /** The question of `refresh` that is under way, and the one that follows it. */
  private asking: Promise<void> | undefined;
  private following: Promise<void> | undefined;

  /** The last answer, `undefined` until there is one. */
  readonly value = this.answer.asReadonly();
  /** What went wrong when it was asked last. */
  readonly error = this.trouble.asReadonly();

  constructor(ask: () => Promise<T>) {
    this.ask = ask;
  }

  /** Never throws: what went wrong stands in `error`. */
  async load(): Promise<void> {
    const mine = ++this.times;
    this.trouble.set(undefined);
    try {
      const answer = await this.ask();
      // Of two that overlap the later question counts, whichever answer comes last.
      if (mine === this.times) this.answer.set(answer);
    } catch (error) {
      if (mine === this.times) this.trouble.set(error);
    }
  }

  /**
   * As `load`, for what is wanted often: one question is under way and one follows it, however many want an answer meanwhile.
   * Resolves to one to a question that was asked after this call.
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
