import type { PageEvent, PageSource } from '../page.ts';

/** A page whose network and visibility a test decides. */
export class FakePage implements PageSource {
  readonly #listeners = new Set<(event: PageEvent) => void>();
  #online = true;

  online(): boolean {
    return this.#online;
  }

  watch(listener: (event: PageEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** How many listen. */
  get watched(): number {
    return this.#listeners.size;
  }

  tell(event: PageEvent): void {
    if (event === 'online' || event === 'offline') this.#online = event === 'online';
    for (const listener of [...this.#listeners]) listener(event);
  }
}
