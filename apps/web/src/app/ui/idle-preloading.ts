import { DOCUMENT, Service, inject } from '@angular/core';
import type { PreloadingStrategy, Route } from '@angular/router';
import { EMPTY, type Observable, catchError, defer, from, switchMap } from 'rxjs';
import { whenIdle } from './when-idle.ts';

/** The first load of the page is finished before anything is preloaded (ms). */
const delayMs = 1_500;

/**
 * Loads the lazy parts of the app one after the other while the browser is idle, so that they are available without a network and after
 * a new deployment. Does nothing for users who save data. A part that fails to load is loaded when it is used.
 */
@Service()
export class IdlePreloading implements PreloadingStrategy {
  private readonly window = inject(DOCUMENT).defaultView;
  private turn: Promise<unknown> | undefined;

  preload(_route: Route, load: () => Observable<unknown>): Observable<unknown> {
    if (this.savesData()) return EMPTY;
    return defer(() => from(this.nextTurn())).pipe(
      switchMap(() => load()),
      catchError(() => EMPTY),
    );
  }

  /** @param parts their `import()`s */
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
