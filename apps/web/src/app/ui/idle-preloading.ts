import { DOCUMENT, Service, inject } from '@angular/core';
import type { PreloadingStrategy, Route } from '@angular/router';
import { EMPTY, type Observable, catchError, defer, from, switchMap } from 'rxjs';
import { whenIdle } from './environment.ts';

/** The delay before preloading starts, so that page load is finished (ms). */
const delayMs = 1_500;

/**
 * Preloads the lazy parts of the app one after the other while the browser is idle, so that they are available offline and after a new
 * deployment. Does nothing if the user saves data. A part that fails to preload is loaded when it is used.
 *
 * A route with `data: { preload: false }` is loaded only when it is opened.
 */
@Service()
export class IdlePreloading implements PreloadingStrategy {
  private readonly window = inject(DOCUMENT).defaultView;
  private turn: Promise<unknown> | undefined;

  preload({ data }: Route, load: () => Observable<unknown>): Observable<unknown> {
    if (this.savesData() || data?.['preload'] === false) return EMPTY;
    return defer(() => from(this.nextTurn())).pipe(
      switchMap(() => load()),
      catchError(() => EMPTY),
    );
  }

  /** @param parts the `import()`s of the parts */
  async preloadParts(parts: readonly (() => Promise<unknown>)[]): Promise<void> {
    if (this.savesData()) return;
    for (const load of parts) {
      await this.nextTurn();
      await load().catch(() => undefined);
    }
  }

  private savesData(): boolean {
    const navigator = this.window?.navigator as (Navigator & { connection?: { saveData?: boolean } }) | undefined;
    return navigator?.connection?.saveData === true;
  }

  private nextTurn(): Promise<unknown> {
    this.turn ??= new Promise((resolve) => {
      setTimeout(resolve, delayMs);
    });
    this.turn = this.turn.then(
      () =>
        new Promise<void>((resolve) => {
          whenIdle(resolve);
        }),
    );
    return this.turn;
  }
}
