import { DestroyRef, Service, type Signal, inject, signal, untracked } from '@angular/core';
import { injectUsher } from '@usher/angular';
import type { RoomMessage } from '@usher/client/rooms';
import type { Room } from '@usher/protocol';
import { Session } from '../session/session.ts';
import { type News, later, withMessages } from './news.ts';

/** What was heard of a room, and as the how manieth thing that was heard at all. */
interface Heard {
  readonly turn: number;
  readonly news: Omit<News, 'at'>;
  /** Unix ms, by this clock: when it was heard that something was said. */
  readonly at: number;
}

/** What the socket tells of all rooms of this person, whichever is looked at. */
@Service({ autoProvided: false })
export class RoomNews {
  private readonly usher = injectUsher();
  private readonly session = inject(Session);
  private readonly heard = signal<ReadonlyMap<string, Heard>>(new Map());
  /** Messages of the rooms that are joined, or were. */
  private readonly said = signal<ReadonlyMap<string, Signal<readonly RoomMessage[]>>>(new Map());
  private readonly lost = signal<ReadonlyMap<string, number>>(new Map());
  private turns = 0;

  constructor() {
    const { rooms, socket } = this.usher;
    const watching = rooms.unread$.subscribe(({ room, seq, read, count, mentions }) => {
      const before = untracked(this.heard).get(room);
      const at = before !== undefined && before.news.seq >= seq ? before.at : Date.now();
      const heard = { turn: this.turn(), at, news: { seq, read, unread: count, mentions } };
      this.heard.update((all) => new Map(all).set(room, heard));
    });
    watching.add(
      rooms.removed$.subscribe(({ room }) => {
        const turn = this.turn();
        this.lost.update((all) => new Map(all).set(room, turn));
      }),
    );
    watching.add(
      socket.on('message').subscribe(({ room }) => {
        if (untracked(this.said).has(room)) return;
        const { messages } = this.usher.room(room);
        this.said.update((all) => new Map(all).set(room, messages));
      }),
    );
    inject(DestroyRef).onDestroy(() => {
      watching.unsubscribe();
    });
  }

  /** The moment of now, to be told later as the one since when something is asked about. */
  turn(): number {
    return ++this.turns;
  }

  /** A room as it is by now. @param since the turn in which the server was asked for what is known of it. */
  of(room: Room, since: number): Room {
    const heard = this.heard().get(room.room);
    let news: News = room;
    if (heard !== undefined && heard.turn > since) {
      // Frames say no time: what was unknown to the answer was said when it was heard.
      news = later(room, { ...heard.news, at: heard.news.seq > room.seq ? heard.at : room.at });
    }
    const messages = this.said().get(room.room)?.();
    return { ...room, ...(messages ? withMessages(news, messages, this.session.user() ?? '') : news) };
  }

  /** Rooms that were heard of after a turn, without those that were lost since. */
  heardOf(since: number): string[] {
    const lost = this.lost();
    return [...this.heard()]
      .filter(([room, { turn }]) => turn > Math.max(since, lost.get(room) ?? 0))
      .map(([room]) => room);
  }

  /** Whether the right to a room was lost after a turn. */
  isLost(room: string, since: number): boolean {
    return (this.lost().get(room) ?? 0) > since;
  }
}
