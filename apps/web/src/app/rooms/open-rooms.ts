import { Service, effect, inject, signal, type WritableSignal, untracked } from '@angular/core';
import { type UsherRoom, injectUsher } from '@usher/angular';
import type { Unsent as Entry } from '@usher/client/rooms';
import { RoomDirectory } from './room-directory.ts';
import type { ReadMark } from './read-mark.ts';
import { Unsent } from './unsent.ts';

/** Messages that are fetched at once above those that are held. */
const pageSize = 200;

/** Where the list of a room was left: at its end, or with a message `offset` pixels below the upper edge. */
export type Place = 'end' | { readonly seq: number; readonly offset: number };

/** What is remembered of a room while one looks at others. */
export interface RoomView {
  readonly room: UsherRoom;
  readonly mark: WritableSignal<ReadMark | undefined>;
  place: Place;
}

/** Rooms stay joined while others are looked at, so that coming back shows them as they are. At most so many; then the one not seen for longest is left. */
const mostOpen = 12;

@Service({ autoProvided: false })
export class OpenRooms {
  private readonly usher = injectUsher();
  private readonly directory = inject(RoomDirectory);
  private readonly unsent = inject(Unsent);
  /** In the order of use, the last used at the end. */
  private readonly views = new Map<string, RoomView>();
  /** Older messages that are being fetched, by room. */
  private readonly fetching = new Set<string>();

  constructor() {
    // What was left behind goes out, whichever room is looked at.
    void this.unsent.adopt((name, entries) => this.putBack(name, entries));
    // A room that the user was added to while this page was offline is in the next list. One attempt for each list.
    effect(() => {
      if (this.directory.answered() === undefined) return;
      untracked(() => {
        for (const { room } of this.views.values()) {
          if (room.state().name === 'denied' && this.directory.find(room.name)?.mine === true) room.open();
        }
      });
    });
  }

  /** Enters a room, or comes back to it. */
  enter(name: string): RoomView {
    let view = this.views.get(name);
    if (view === undefined) {
      view = { room: this.usher.room(name), mark: signal<ReadMark | undefined>(undefined), place: 'end' };
      this.unsent.follow(view.room);
      view.room.open();
    } else if (untracked(view.room.state).name === 'denied') {
      // The right may have been given since.
      view.room.open();
    }
    this.views.delete(name);
    this.views.set(name, view);
    for (const [oldest, left] of this.views) {
      if (this.views.size <= mostOpen) break;
      this.views.delete(oldest);
      left.room.close();
    }
    return view;
  }

  /** Leaves a room for good: it is not joined with the next connection either. */
  leave(name: string): void {
    this.views.get(name)?.room.close();
    this.views.delete(name);
  }

  /**
   * Fetches the page before the first message that is there.
   * @returns whether there is more now than before; if not, asking again at once would be of no use.
   * @throws HttpErrorResponse
   */
  async fetchOlder(name: string): Promise<boolean> {
    const view = this.views.get(name);
    const before = view?.room.oldest;
    if (view === undefined || before === undefined || before <= 1 || this.fetching.has(name)) return true;
    this.fetching.add(name);
    try {
      const { messages } = await this.directory.page(name, { before, limit: pageSize });
      view.room.insertOlder(messages);
      return view.room.oldest !== before;
    } finally {
      this.fetching.delete(name);
    }
  }

  private putBack(name: string, entries: readonly Entry[]): boolean {
    const { room } = this.enter(name);
    try {
      for (const { key, text, of, deletes } of entries) {
        if (of === undefined) room.send(text, key);
        else if (deletes === true) room.remove(of, key);
        else room.edit(of, text, key);
      }
      return true;
    } catch {
      // The outbox is full, or what is to be changed is not there.
      return false;
    }
  }
}
