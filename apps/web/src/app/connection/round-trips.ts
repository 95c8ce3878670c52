import { DOCUMENT, DestroyRef, Service, computed, effect, inject, signal, untracked } from '@angular/core';
import { injectUsher } from '@usher/angular';

/** How often is asked (ms), and how many answers are kept. */
const everyMs = 3_000;
export const mostTrips = 30;

/** Measures the round trip to the server for as long as somebody looks. Provided by the component that shows it. */
@Service({ autoProvided: false })
export class RoundTrips {
  private readonly usher = injectUsher();
  private readonly document = inject(DOCUMENT);
  private readonly measured = signal<readonly number[]>([]);
  private asking = false;

  /** Milliseconds, the latest last. */
  readonly trips = this.measured.asReadonly();
  readonly last = computed(() => this.measured().at(-1));

  constructor() {
    const open = computed(() => this.usher.state().name === 'open');
    // At once when there is somebody to ask, not only when the next three seconds are over.
    effect(() => {
      if (open()) untracked(() => void this.ask());
    });
    const timer = setInterval(() => void this.ask(), everyMs);
    inject(DestroyRef).onDestroy(() => {
      clearInterval(timer);
    });
  }

  private async ask(): Promise<void> {
    const idle = this.asking || this.usher.state().name !== 'open' || this.document.visibilityState !== 'visible';
    if (idle) return;
    this.asking = true;
    try {
      const ms = await this.usher.socket.ping();
      this.measured.update((trips) => [...trips.slice(1 - mostTrips), ms]);
    } catch {
      // The connection went while it was asked; its state says so.
    } finally {
      this.asking = false;
    }
  }
}
