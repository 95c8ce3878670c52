import { DOCUMENT, DestroyRef, inject } from '@angular/core';

const speaks = 'usher.notify';
const looked = 'usher.looked-at';

/** Of all tabs of this browser the one that speaks for them. */
export interface OneTab {
  /** Whether it is this one, and no tab is looked at. */
  mayNotify(): Promise<boolean>;
}

/**
 * By locks (Web Locks): one is held by the tab that speaks, and passes to another when that is closed; the other by all that are looked
 * at. Without locks every tab speaks, and the tag of a notification keeps it one. To be called in an injection context.
 */
export function injectOneTab(): OneTab {
  const document = inject(DOCUMENT);
  const locks = (document.defaultView?.navigator as Partial<Navigator> | undefined)?.locks;
  const gone = new AbortController();
  let isSpeaker = locks === undefined;
  let letGo: (() => void) | undefined;

  const isGone = new Promise<void>((resolve) => {
    gone.signal.addEventListener('abort', () => {
      resolve();
    });
  });

  function hold(name: string, mode: LockMode, until: Promise<void>, held?: () => void): void {
    locks
      ?.request(name, { mode, signal: gone.signal }, async () => {
        held?.();
        await until;
      })
      .catch(() => {
        // Given up before it was got.
      });
  }

  function look(): void {
    if (document.visibilityState !== 'visible') {
      letGo?.();
      letGo = undefined;
    } else if (letGo === undefined) {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      letGo = () => {
        resolve(undefined);
      };
      hold(looked, 'shared', promise);
    }
  }

  hold(speaks, 'exclusive', isGone, () => {
    isSpeaker = true;
  });
  look();
  document.addEventListener('visibilitychange', look);
  inject(DestroyRef).onDestroy(() => {
    document.removeEventListener('visibilitychange', look);
    isSpeaker = false;
    letGo?.();
    gone.abort();
  });

  return {
    async mayNotify() {
      if (!isSpeaker || document.visibilityState === 'visible') return false;
      const { held = [] } = (await locks?.query()) ?? {};
      return !held.some(({ name }) => name === looked);
    },
  };
}
