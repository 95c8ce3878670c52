import { Service, inject, signal, DestroyRef } from '@angular/core';
import { injectUsher } from '@usher/angular';
import type { Step } from '@usher/client';

/** A step with a number of its own, so that a list of them can tell them apart. */
export type LoggedStep = Step & { readonly number: number };

/** Older steps make room. */
const mostSteps = 200;

/** What the socket did, the latest last. It writes from the start, so that the page that shows it has the beginning too. */
@Service({ autoProvided: false })
export class ConnectionLog {
  private readonly written = signal<readonly LoggedStep[]>([]);
  private number = 0;

  readonly steps = this.written.asReadonly();

  constructor() {
    const subscription = injectUsher().socket.log$.subscribe((step) => {
      const logged = { ...step, number: ++this.number };
      this.written.update((steps) => [...steps.slice(1 - mostSteps), logged]);
    });
    inject(DestroyRef).onDestroy(() => {
      subscription.unsubscribe();
    });
  }
}
