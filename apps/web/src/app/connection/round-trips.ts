import { DOCUMENT, DestroyRef, Service, computed, effect, inject, signal, untracked } from '@angular/core';
import { injectUsher } from '@usher/angular';

/** The interval between pings (ms), and how many results are kept. */
const everyMs = 3_000;
export const maxTrips = 30;

/** Measures the round trip to the server while the page is visible. Provided by the component that shows it. */
@Service({ autoProvided: false })
export class RoundTrips {
  private readonly usher = injectUsher();
  private readonly document = inject(DOCUMENT);
  private readonly measured = signal<readonly number[]>([]);
  /** The latest result of the current connection. */
  private readonly latest = signal<number | undefined>(undefined);
  private measuring = false;

  /** Milliseconds, newest last. */
  readonly trips = this.measured.asReadonly();
  /** The latest result of the current connection; undefined until there is one. */
  readonly last = this.latest.asReadonly();
  readonly open = computed(() => this.usher.state().name === 'open');

  constructor() {
    // A new connection is measured at once. The result of an earlier connection is not shown.
    effect(() => {
      if (this.open()) untracked(() => void this.measure());
      else this.latest.set(undefined);
    });
    const timer = setInterval(() => void this.measure(), everyMs);
    inject(DestroyRef).onDestroy(() => {
      clearInterval(timer);
    });
  }

  private async measure(): Promise<void> {
    if (this.measuring || this.usher.state().name !== 'open' || this.document.visibilityState !== 'visible') return;
    this.measuring = true;
    try {
      const ms = await this.usher.socket.ping();
      this.measured.update((trips) => [...trips.slice(1 - maxTrips), ms]);
      if (this.open()) this.latest.set(ms);
    } catch {
      // The connection was closed during the ping. The connection state shows that.
    } finally {
      this.measuring = false;
    }
  }
}
