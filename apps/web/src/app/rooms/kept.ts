import { DOCUMENT, DestroyRef, inject } from '@angular/core';
import { Session } from '../session/session.ts';
import { keepsTyped } from '../session/typed.ts';

/** What one person has written in this tab, by room. */
export interface Kept<T> {
  of(room: string): T | undefined;
  /** Keeps it in the place of what was there; `undefined` forgets it. */
  keep(room: string, value: T | undefined): void;
  rooms(): readonly string[];
}

/**
 * Something that is kept in `sessionStorage` for the person who is signed in. It survives a reload, and the end of a session that
 * nobody meant if the same person comes back; any other end wipes it, and so does another person. Where storage is forbidden or
 * full, it lasts as long as the page. To be called in an injection context.
 *
 * @param isValue whether what stands in the storage is what was written there
 */
export function injectKept<T>(key: string, isValue: (value: unknown) => value is T): Kept<T> {
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
      // What cannot be kept is there as long as the page is.
    }
  }

  // What is another person's is not only left unread: it goes.
  write();
  inject(DestroyRef).onDestroy(() => {
    if (!keepsTyped(session.endReason())) values.clear();
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
