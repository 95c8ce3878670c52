import type { PageEvent, PageSource } from '../socket/page.ts';

/** A page whose network state and events are controlled by a test. */
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

  /** The number of listeners. */
  get listenerCount(): number {
    return this.#listeners.size;
  }

  /** Emits an event; `online` and `offline` also change the network state. */
  emit(event: PageEvent): void {
    if (event === 'online' || event === 'offline') this.#online = event === 'online';
    for (const listener of [...this.#listeners]) listener(event);
  }
}
