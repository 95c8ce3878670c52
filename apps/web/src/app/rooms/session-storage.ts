import { DOCUMENT, DestroyRef, Service, inject } from '@angular/core';
import { Session } from '../session/session.ts';
import { draftsKey, keepsUnsentData } from '../storage/unsent-data.ts';

/** Values of one user in this tab, by room. */
export interface SessionValues<T> {
  of(room: string): T | undefined;
  /** Stores a value; `undefined` deletes it. */
  keep(room: string, value: T | undefined): void;
  rooms(): readonly string[];
}

/**
 * Values in `sessionStorage` that belong to the signed-in user. They survive a reload, and an involuntary end of the session if the same
 * user signs in again. Any other end of the session deletes them, and so does a sign-in of another user. If storage is forbidden or full,
 * they last as long as the page. Must be called in an injection context.
 *
 * @param isValue validates a stored value
 */
export function injectSessionValues<T>(key: string, isValue: (value: unknown) => value is T): SessionValues<T> {
  const session = inject(Session);
  const window = inject(DOCUMENT).defaultView;
  const user = session.user() ?? '';
  const values = read();

  function read(): Map<string, T> {
    try {
      const found: unknown = JSON.parse(window?.sessionStorage.getItem(key) ?? 'null');
      if (typeof found !== 'object' || found === null || !('user' in found && 'rooms' in found)) return new Map();
      if (found.user !== user || typeof found.rooms !== 'object' || found.rooms === null) return new Map();
      return new Map(Object.entries(found.rooms).filter((entry): entry is [string, T] => isValue(entry[1])));
    } catch {
      return new Map();
    }
  }

  function write(): void {
    try {
      const storage = window?.sessionStorage;
      if (values.size === 0) storage?.removeItem(key);
      else storage?.setItem(key, JSON.stringify({ user, rooms: Object.fromEntries(values) }));
    } catch {
      // Storage is unavailable: the value lasts as long as the page.
    }
  }

  // Deletes the values of another user.
  write();
  inject(DestroyRef).onDestroy(() => {
    if (!keepsUnsentData(session.endReason())) values.clear();
    write();
  });

  return {
    of: (room) => values.get(room),
    keep(room, value) {
      if (value === undefined) values.delete(room);
      else values.set(room, value);
      write();
    },
    rooms: () => [...values.keys()],
  };
}

/** Unsent drafts by room. */
@Service({ autoProvided: false })
export class Drafts {
  private readonly texts = injectSessionValues(draftsKey, (value) => typeof value === 'string');

  of(room: string): string {
    return this.texts.of(room) ?? '';
  }

  keep(room: string, text: string): void {
    this.texts.keep(room, text === '' ? undefined : text);
  }
}
