import { DOCUMENT, DestroyRef, Service, inject } from '@angular/core';
import { type UsherRoom, injectUsher } from '@usher/angular';
import type { Unsent as Entry } from '@usher/client/rooms';
import { Subscription } from 'rxjs';
import { Session } from '../session/session.ts';
import { keepsUnsentData } from '../storage/unsent-data.ts';
import { deleteRecord, keepRecord, recordOf, recordsByTab } from '../storage/unsent-store.ts';

/** The `sessionStorage` key for the name of the previous page load in this tab. */
const lastKey = 'usher.tab';

/** Returns entries to the outbox of a room. @returns whether all of them fit */
export type PutBack = (room: string, entries: readonly Entry[]) => boolean;

/**
 * Stores unacknowledged messages in IndexedDB. After a reload, or when the same user signs in again, they are sent once, with their
 * original keys. Each page has its own record and holds a Web Lock while it is open. One of the open pages takes over the record of a
 * closed one. Without Web Locks (plain HTTP), a tab takes over only its own record from before a reload.
 */
@Service({ autoProvided: false })
export class Unsent {
  private readonly usher = injectUsher();
  private readonly session = inject(Session);
  private readonly window = inject(DOCUMENT).defaultView;
  private readonly locks: LockManager | undefined = this.window?.navigator.locks;
  private readonly user = this.session.user() ?? '';
  private readonly tab = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
  private readonly before = this.renamed();
  private readonly rooms = new Map<string, readonly Entry[]>();
  private readonly followed = new Set<string>();
  private readonly following = new Subscription();
  /** Aborted when the page is closed or the user signs out. */
  private readonly end = new AbortController();

  constructor() {
    this.hold();
    inject(DestroyRef).onDestroy(() => {
      this.following.unsubscribe();
      if (!keepsUnsentData(this.session.endReason())) void deleteRecord(this.tab);
      this.end.abort();
    });
  }

  /** Puts the entries of closed pages back, now and whenever another page closes. */
  async adopt(putBack: PutBack): Promise<void> {
    const { signal } = this.end;
    for (const [tab, { user }] of await recordsByTab()) {
      if (signal.aborted || tab === this.tab) continue;
      if (user !== this.user) void deleteRecord(tab);
      else if (this.locks !== undefined) {
        const take = (): Promise<void> => this.takeOver(tab, putBack);
        this.locks.request(lockOf(tab), { signal }, take).catch(() => undefined);
      } else if (tab === this.before) await this.takeOver(tab, putBack);
    }
  }

  /** Stores the room's outbox from now on. */
  follow({ name, unsent$ }: UsherRoom): void {
    if (this.followed.has(name)) return;
    this.followed.add(name);
    this.following.add(
      unsent$.subscribe((entries) => {
        // At sign-out the outbox is cleared; this must not clear the stored entries.
        if (this.usher.socket.state.name === 'signed_out') return;
        if (entries.length === 0 && !this.rooms.has(name)) return;
        if (entries.length === 0) this.rooms.delete(name);
        else this.rooms.set(name, entries);
        void keepRecord(this.tab, { user: this.user, rooms: Object.fromEntries(this.rooms) });
      }),
    );
  }

  private async takeOver(tab: string, putBack: PutBack): Promise<void> {
    const record = await recordOf(tab);
    if (record?.user !== this.user || this.end.signal.aborted) return;
    const all = Object.entries(record.rooms).map(([room, entries]) => putBack(room, entries));
    // Deleted only after the entries are in the record of this page: a duplicate has the same key and is ignored, but a lost entry cannot be restored.
    if (!all.includes(false)) await deleteRecord(tab);
  }

  /** Holds the lock of this page until it is closed. */
  private hold(): void {
    const { signal } = this.end;
    const untilClosed = (): Promise<void> =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          resolve();
        });
      });
    this.locks?.request(lockOf(this.tab), untilClosed).catch(() => undefined);
  }

  private renamed(): string | undefined {
    try {
      const storage = this.window?.sessionStorage;
      const before = storage?.getItem(lastKey) ?? undefined;
      storage?.setItem(lastKey, this.tab);
      return before;
    } catch {
      return undefined;
    }
  }
}

function lockOf(tab: string): string {
  return `usher.unsent ${tab}`;
}
