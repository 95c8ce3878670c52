import { DOCUMENT, DestroyRef, Service, inject } from '@angular/core';
import { Session } from '../session/session.ts';

/** The one key of storage that the drafts use. */
export const draftsKey = 'usher.drafts';

/**
 * What was typed and not sent, by room. It survives a reload, and an expired session if the same person comes back;
 * any other end of the session wipes it.
 */
@Service({ autoProvided: false })
export class Drafts {
  private readonly session = inject(Session);
  private readonly window = inject(DOCUMENT).defaultView;
  private readonly user = this.session.user() ?? '';
  private readonly texts = this.read();

  constructor() {
    // Another person's drafts are not only left unread: they go.
    this.write();
    inject(DestroyRef).onDestroy(() => {
      if (this.session.endReason() !== 'expired') this.texts.clear();
      this.write();
    });
  }

  of(room: string): string {
    return this.texts.get(room) ?? '';
  }

  keep(room: string, text: string): void {
    if (text === '') this.texts.delete(room);
    else this.texts.set(room, text);
    this.write();
  }

  private read(): Map<string, string> {
    try {
      const value: unknown = JSON.parse(this.window?.sessionStorage.getItem(draftsKey) ?? 'null');
      if (typeof value !== 'object' || value === null || !('user' in value && 'rooms' in value)) return new Map();
      if (value.user !== this.user || typeof value.rooms !== 'object' || value.rooms === null) return new Map();
      const known = Object.entries(value.rooms).filter(
        (entry): entry is [string, string] => typeof entry[1] === 'string',
      );
      return new Map(known);
    } catch {
      return new Map();
    }
  }

  private write(): void {
    try {
      const storage = this.window?.sessionStorage;
      if (this.texts.size === 0) storage?.removeItem(draftsKey);
      else storage?.setItem(draftsKey, JSON.stringify({ user: this.user, rooms: Object.fromEntries(this.texts) }));
    } catch {
      // Storage is forbidden or full: drafts last as long as the page.
    }
  }
}
