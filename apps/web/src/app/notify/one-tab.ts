import { DOCUMENT, DestroyRef, inject } from '@angular/core';

const electionLock = 'usher.notify';
const visibleLock = 'usher.looked-at';

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
  const destroyed = new AbortController();
  let isElected = locks === undefined;
  let releaseVisible: (() => void) | undefined;

  const isDestroyed = new Promise<void>((resolve) => {
    destroyed.signal.addEventListener('abort', () => {
      resolve();
    });
  });

  function hold(name: string, mode: LockMode, until: Promise<void>, held?: () => void): void {
    locks
      ?.request(name, { mode, signal: destroyed.signal }, async () => {
        held?.();
        await until;
      })
      .catch(() => {
        // Aborted before the lock was granted.
      });
  }

  function updateVisible(): void {
    if (document.visibilityState !== 'visible') {
      releaseVisible?.();
      releaseVisible = undefined;
    } else if (releaseVisible === undefined) {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      releaseVisible = () => {
        resolve(undefined);
      };
      hold(visibleLock, 'shared', promise);
    }
  }

  hold(electionLock, 'exclusive', isDestroyed, () => {
    isElected = true;
  });
  updateVisible();
  document.addEventListener('visibilitychange', updateVisible);
  inject(DestroyRef).onDestroy(() => {
    document.removeEventListener('visibilitychange', updateVisible);
    isElected = false;
    releaseVisible?.();
    destroyed.abort();
  });

  return {
    async mayNotify() {
      if (!isElected || document.visibilityState === 'visible') return false;
      const { held = [] } = (await locks?.query()) ?? {};
      return !held.some(({ name }) => name === visibleLock);
    },
  };
}
