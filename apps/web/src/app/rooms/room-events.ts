import { DestroyRef, Service, type Signal, inject, signal, untracked } from '@angular/core';
import { injectUsher } from '@usher/angular';
import type { RoomMessage } from '@usher/client/rooms';
import type { Room } from '@usher/chat-api';
import { Session } from '../session/session.ts';
import { type RoomActivity, newerOf, withMessages } from './room-activity.ts';

/** The latest unread count of a room, and the turn in which it was received. */
interface UnreadUpdate {
  readonly turn: number;
  readonly activity: Omit<RoomActivity, 'at'>;
  /** When the latest message was received (Unix ms, local clock). */
  readonly at: number;
}

/** Whether a room is archived, and the turn in which the server reported it. */
interface Archival {
  readonly turn: number;
  readonly archived: boolean;
}

/** Unread counts, archived rooms and removals that the socket delivers for all rooms of the user. */
@Service({ autoProvided: false })
export class RoomEvents {
  private readonly usher = injectUsher();
  private readonly session = inject(Session);
  private readonly updates = signal<ReadonlyMap<string, UnreadUpdate>>(new Map());
  /** The messages of rooms that are or were joined. */
  private readonly messagesByRoom = signal<ReadonlyMap<string, Signal<readonly RoomMessage[]>>>(new Map());
  private readonly archivedRooms = signal<ReadonlyMap<string, Archival>>(new Map());
  private readonly removals = signal<ReadonlyMap<string, number>>(new Map());
  private turns = 0;

  constructor() {
    const { rooms, socket } = this.usher;
    const watching = rooms.unread$.subscribe(({ room, seq, read, count, mentions }) => {
      const before = untracked(this.updates).get(room);
      const at = before !== undefined && before.activity.seq >= seq ? before.at : Date.now();
      const update = { turn: this.turn(), at, activity: { seq, read, unread: count, mentions } };
      this.updates.update((all) => new Map(all).set(room, update));
    });
    watching.add(
      rooms.removed$.subscribe(({ room }) => {
        const turn = this.turn();
        this.removals.update((all) => new Map(all).set(room, turn));
      }),
    );
    watching.add(
      socket.on('archived').subscribe(({ room, archived }) => {
        const archival = { turn: this.turn(), archived };
        this.archivedRooms.update((all) => new Map(all).set(room, archival));
      }),
    );
    watching.add(
      socket.on('message').subscribe(({ room }) => {
        if (untracked(this.messagesByRoom).has(room)) return;
        const { messages } = this.usher.room(room);
        this.messagesByRoom.update((all) => new Map(all).set(room, messages));
      }),
    );
    inject(DestroyRef).onDestroy(() => {
      watching.unsubscribe();
    });
  }

  /** Returns the next turn: a counter that orders requests and events. */
  turn(): number {
    return ++this.turns;
  }

  /** Returns the current state of a room. @param since the turn in which the room was requested */
  of(room: Room, since: number): Room {
    const update = this.updates().get(room.room);
    let activity: RoomActivity = room;
    if (update !== undefined && update.turn > since) {
      // Frames have no timestamp: a message that the response did not contain gets the time at which its count was received.
      activity = newerOf(room, { ...update.activity, at: update.activity.seq > room.seq ? update.at : room.at });
    }
    const messages = this.messagesByRoom().get(room.room)?.();
    const archival = this.archivedRooms().get(room.room);
    const archived = archival !== undefined && archival.turn > since ? { archived: archival.archived } : {};
    return {
      ...room,
      ...archived,
      ...(messages ? withMessages(activity, messages, this.session.user() ?? '') : activity),
    };
  }

  /** Rooms with events after a turn, without rooms that were lost since. */
  changedSince(since: number): string[] {
    const lost = this.removals();
    return [...this.updates()]
      .filter(([room, { turn }]) => turn > Math.max(since, lost.get(room) ?? 0))
      .map(([room]) => room);
  }

  /** Whether access to a room was lost after a turn. */
  isLost(room: string, since: number): boolean {
    return (this.removals().get(room) ?? 0) > since;
  }
}
