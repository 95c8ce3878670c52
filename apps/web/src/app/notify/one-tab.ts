import { DOCUMENT, DestroyRef, inject } from '@angular/core';

const speaks = 'usher.notify';
const looked = 'usher.looked-at';

/** Elects the tab that shows notifications, among all tabs of this browser. */
export interface OneTab {
  /** Whether this tab is elected and no tab is visible. */
  mayNotify(): Promise<boolean>;
}

/**
 * Elects by Web Locks. The elected tab holds one lock, which passes to another tab when it closes. Every visible tab
 * holds a share of a second lock. Without Web Locks every tab is elected, and the tag of a notification prevents duplicates. Must be
 * called in an injection context.
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
        // Aborted before the lock was granted.
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
