import { DOCUMENT, DestroyRef, Service, inject } from '@angular/core';
import { type UsherRoom, injectUsher } from '@usher/angular';
import type { Unsent as Entry } from '@usher/client/rooms';
import { Subscription } from 'rxjs';
import { Session } from '../session/session.ts';
import { keepsTyped } from '../session/typed.ts';
import { forgetRecord, keepRecord, recordOf, recordsByTab } from './unsent-store.ts';

/** The name of the page before this one in the same tab, in `sessionStorage`. */
const lastKey = 'usher.tab';

/** Puts what was left back into the outbox of its room. @returns whether all of it found room there. */
export type PutBack = (room: string, entries: readonly Entry[]) => boolean;

/**
 * What was written and is not known to have arrived, in IndexedDB: after a reload, or when the same person is back, it goes out once,
 * under the keys that it had. Each page keeps a record of its own and holds a lock for as long as it lives (Web Locks); what a page
 * left behind is taken over by one that still lives, and by one only. Where there are no locks (plain http), a tab takes over what
 * it had before a reload.
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
  /** Aborted when this page, or this person on it, is gone. */
  private readonly end = new AbortController();

  constructor() {
    this.hold();
    inject(DestroyRef).onDestroy(() => {
      this.following.unsubscribe();
      if (!keepsTyped(this.session.endReason())) void forgetRecord(this.tab);
      this.end.abort();
    });
  }

  /** Puts back what pages that are gone have left, and what those that live now will leave. */
  async adopt(putBack: PutBack): Promise<void> {
    const { signal } = this.end;
    for (const [tab, { user }] of await recordsByTab()) {
      if (signal.aborted || tab === this.tab) continue;
      if (user !== this.user) void forgetRecord(tab);
      else if (this.locks !== undefined) {
        const take = (): Promise<void> => this.takeOver(tab, putBack);
        this.locks.request(lockOf(tab), { signal }, take).catch(() => undefined);
      } else if (tab === this.before) await this.takeOver(tab, putBack);
    }
  }

  /** Keeps from now on what waits in the room. */
  follow({ name, unsent$ }: UsherRoom): void {
    if (this.followed.has(name)) return;
    this.followed.add(name);
    this.following.add(
      unsent$.subscribe((entries) => {
        // When the person leaves, the outbox is emptied; that is no news about what was in it.
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
    // By now it is in this page's own record: better twice there, under the same keys, than in neither.
    if (!all.includes(false)) await forgetRecord(tab);
  }

  /** Says that this page lives, until its end. */
  private hold(): void {
    const { signal } = this.end;
    const lives = (): Promise<void> =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          resolve();
        });
      });
    this.locks?.request(lockOf(this.tab), lives).catch(() => undefined);
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
