import type { Event } from './record.ts';

/** Collects the events of a run and numbers its operations, connections and tickets. */
export class Recorder {
  readonly events: Event[] = [];
  #lastNumber = 0;
  #isEnded = false;

  add(event: Event): void {
    if (!this.#isEnded) this.events.push(event);
  }

  /** A number that was not used before. */
  number(): number {
    return ++this.#lastNumber;
  }

  /** Ignores everything from now on, because the run is cleaned up. */
  end(): void {
    this.#isEnded = true;
  }
}

/** Settles like `work`, or rejects after `ms` milliseconds. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      work,
      new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => {
          reject(new Error(`no result within ${ms} ms`));
        }, ms);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}
