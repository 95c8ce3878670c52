import { Service, effect, inject, signal, type WritableSignal, untracked } from '@angular/core';
import { type UsherRoom, injectUsher } from '@usher/angular';
import type { Unsent as Entry } from '@usher/client/rooms';
import { Session } from '../session/session.ts';
import { RoomCache, keptMessages } from './room-cache.ts';
import { RoomDirectory } from './room-directory.ts';
import type { ReadMark } from './read-mark.ts';
import { Unsent } from './unsent.ts';

/** The number of older messages per request, and of the latest messages. */
const pageSize = 200;
const latestSize = 50;

/** The scroll position of a room: its end, or a message `offset` px below the upper edge. */
export type Place = 'end' | { readonly seq: number; readonly offset: number };

/** The state of a room that is kept while the user looks at other rooms. */
export interface RoomView {
  readonly room: UsherRoom;
  readonly mark: WritableSignal<ReadMark | undefined>;
  place: Place;
}

/**
 * The number of rooms that stay joined, so that returning to one shows its state immediately. Beyond it, the least recently used room is
 * left.
 */
const maxOpen = 12;

@Service({ autoProvided: false })
export class OpenRooms {
  private readonly usher = injectUsher();
  private readonly session = inject(Session);
  private readonly directory = inject(RoomDirectory);
  private readonly cache = inject(RoomCache);
  private readonly unsent = inject(Unsent);
  /** In order of use, the most recently used last. */
  private readonly views = new Map<string, RoomView>();
  /** Rooms whose older messages are being requested. */
  private readonly fetching = new Set<string>();

  constructor() {
    this.cache.keepOnLeave(() => {
      const [name, view] = [...this.views].at(-1) ?? [];
      const snapshot = view?.room.snapshot(keptMessages);
      return name === undefined || view === undefined || snapshot === undefined
        ? undefined
        : [name, { snapshot, place: view.place }];
    });
    // Sends the messages of earlier page loads, in all rooms.
    void this.unsent.adopt((name, entries) => this.putBack(name, entries));
    // Retries denied rooms with each new room list: the user may have been added while this page was offline. One attempt per list.
    effect(() => {
      if (this.directory.responseTurn() === undefined) return;
      untracked(() => {
        for (const { room } of this.views.values()) {
          if (room.state().name === 'denied' && this.directory.find(room.name)?.isMember === true) room.open();
        }
      });
    });
  }

  /** Opens a room, or returns to it. */
  enter(name: string): RoomView {
    let view = this.views.get(name);
    if (view === undefined) {
      view = { room: this.usher.room(name), mark: signal<ReadMark | undefined>(undefined), place: 'end' };
      this.unsent.follow(view.room);
      this.fill(view);
      view.room.open();
    } else if (untracked(view.room.state).name === 'denied') {
      // Access may have been granted since.
      view.room.open();
    }
    this.views.delete(name);
    this.views.set(name, view);
    for (const [oldest, left] of this.views) {
      if (this.views.size <= maxOpen) break;
      this.views.delete(oldest);
      left.room.close();
    }
    return view;
  }

  /** Leaves a room. It is not joined again with the next connection. */
  leave(name: string): void {
    this.views.get(name)?.room.close();
    this.views.delete(name);
  }

  /**
   * Requests the page before the first loaded message.
   *
   * @returns whether messages were added; if not, do not retry immediately
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

  /** Shows the messages of the previous page load, and requests the latest ones while the connection opens. */
  private fill(view: RoomView): void {
    const kept = this.cache.take(view.room.name);
    if (kept !== undefined) {
      view.room.restore(kept.snapshot);
      const { place } = kept;
      if (place === 'end' || place.seq > kept.snapshot.after) view.place = place;
    }
    // On an error, for example without access, the join reports it.
    if (untracked(this.usher.state).name !== 'open')
      this.fetchLatest(view.room, kept?.snapshot.seq).catch(() => undefined);
  }

  /** Requests the latest messages over HTTP: a ticket, a handshake and a join take three round trips. */
  private async fetchLatest(room: UsherRoom, after: number | undefined): Promise<void> {
    const session = untracked(this.session.state);
    const query = after === undefined ? { limit: latestSize } : { after, limit: pageSize };
    const { messages } = await this.directory.page(room.name, query);
    const [first] = messages;
    // The response may belong to a user who has signed out since.
    if (first === undefined || session !== untracked(this.session.state)) return;
    if (after !== undefined) room.insertNewer(messages);
    else room.restore({ after: first.seq - 1, seq: messages.at(-1)?.seq ?? first.seq, messages });
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
      // The outbox is full, or the message to change does not exist.
      return false;
    }
  }
}
