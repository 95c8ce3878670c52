import { Service, inject, signal, DestroyRef } from '@angular/core';
import { injectUsher } from '@usher/angular';
import type { Step } from '@usher/client';

/** A step with a unique number, used as the key in lists. */
export type LoggedStep = Step & { readonly number: number };

/** The number of steps that are kept; older ones are dropped. */
const maxSteps = 200;

/**
 * The events of the socket, newest last. Records from the start of the session, so that the connection page shows the first connection
 * too.
 */
@Service({ autoProvided: false })
export class ConnectionLog {
  private readonly written = signal<readonly LoggedStep[]>([]);
  private number = 0;

  readonly steps = this.written.asReadonly();

  constructor() {
    const subscription = injectUsher().socket.log$.subscribe((step) => {
      const logged = { ...step, number: ++this.number };
      this.written.update((steps) => [...steps.slice(1 - maxSteps), logged]);
    });
    inject(DestroyRef).onDestroy(() => {
      subscription.unsubscribe();
    });
  }
}
