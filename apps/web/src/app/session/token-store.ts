import { DOCUMENT, DestroyRef, Service, inject, signal, type Signal } from '@angular/core';
import type { TokenAnswer } from '@usher/protocol';

/** An access token and whom it speaks for. */
export interface HeldToken extends TokenAnswer {
  readonly user: string;
}

/** The one key of storage that the session uses. */
export const tokenKey = 'usher.session';

/**
 * Keeps the access token over reloads and in step over tabs. It lives in `localStorage`, which scripts of this origin can read:
 * the strict content security policy is what stands before it. Where storage is forbidden it lasts as long as the page.
 */
@Service()
export class TokenStore {
  private readonly window = inject(DOCUMENT).defaultView;
  private readonly current = signal(this.readFresh());
  private readonly listeners = new Set<(now: HeldToken | undefined) => void>();

  /** What is held now, in whichever tab it was kept. */
  readonly held: Signal<HeldToken | undefined> = this.current.asReadonly();

  constructor() {
    const listener = (event: StorageEvent): void => {
      // A null key means that all of storage was cleared.
      if (event.key !== tokenKey && event.key !== null) return;
      this.current.set(this.read());
      for (const tell of this.listeners) tell(this.current());
    };
    this.window?.addEventListener('storage', listener);
    inject(DestroyRef).onDestroy(() => {
      this.window?.removeEventListener('storage', listener);
    });
  }

  keep(held: HeldToken): void {
    this.current.set(held);
    this.storage((storage) => {
      storage.setItem(tokenKey, JSON.stringify(held));
    });
  }

  drop(): void {
    this.current.set(undefined);
    this.storage((storage) => {
      storage.removeItem(tokenKey);
    });
  }

  /** Calls back when another tab kept or dropped a token, after `held` has it. */
  onChangeElsewhere(tell: (now: HeldToken | undefined) => void): void {
    this.listeners.add(tell);
  }

  /** A token that has run out by the time the page is opened is of no use. Later on the server judges, whose clock counts. */
  private readFresh(): HeldToken | undefined {
    const held = this.read();
    if (held === undefined || held.expires * 1000 > Date.now()) return held;
    this.storage((storage) => {
      storage.removeItem(tokenKey);
    });
    return undefined;
  }

  private read(): HeldToken | undefined {
    const text = this.storage((storage) => storage.getItem(tokenKey));
    if (typeof text !== 'string') return undefined;
    try {
      const value: unknown = JSON.parse(text);
      return isHeldToken(value) ? value : undefined;
    } catch {
      return undefined;
    }
  }

  private storage<T>(use: (storage: Storage) => T): T | undefined {
    try {
      return this.window === null ? undefined : use(this.window.localStorage);
    } catch {
      // Forbidden or full: this tab goes on with what it has in memory.
      return undefined;
    }
  }
}

function isHeldToken(value: unknown): value is HeldToken {
  if (typeof value !== 'object' || value === null) return false;
  if (!('token' in value && 'expires' in value && 'user' in value)) return false;
  return typeof value.token === 'string' && typeof value.expires === 'number' && typeof value.user === 'string';
}
