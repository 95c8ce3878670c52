import { HttpClient } from '@angular/common/http';
import { DestroyRef, Service, computed, effect, inject, untracked } from '@angular/core';
import { injectUsher } from '@usher/angular';
import type { MessagePage, MessagePageQuery, NewRoom, Room, Rooms } from '@usher/chat-api';
import { firstValueFrom } from 'rxjs';
import { Session } from '../session/session.ts';
import { language } from '../texts/language.ts';
import { Loader } from '../ui/loader.ts';
import { RoomEvents } from './room-events.ts';

/** Limits of the room list: at most 5 pages, about 4,500 rooms of which the user is not a member. */
const maxPages = 5;
const pageSize = 1_000;

/** How long the first request waits for the connection (ms). */
const firstPatienceMs = 1_000;

/** The rooms of a response, and the turn in which they were requested. */
interface RoomsResponse {
  readonly since: number;
  readonly rooms: readonly Room[];
}

/**
 * The rooms that the user may see, kept up to date, and the calls about them. Loaded with every connection, and when something is
 * received about a room that is not known to be the user's: others create rooms and add members.
 */
@Service({ autoProvided: false })
export class RoomDirectory {
  private readonly http = inject(HttpClient);
  private readonly session = inject(Session);
  private readonly events = inject(RoomEvents);
  private readonly loader = new Loader(async (): Promise<RoomsResponse> => {
    const since = this.events.turn();
    this.latestRequest = since;
    const rooms = await this.pages();
    return { since, rooms: rooms.toSorted(byTitle) };
  });
  /** The turn of the latest request. */
  private latestRequest = 0;

  /** Changes with every response of the server; undefined before the first one. */
  readonly responseTurn = computed(() => this.loader.value()?.since);
  /** All visible rooms, sorted by title; undefined until they are loaded. */
  readonly rooms = computed(() => {
    const response = this.loader.value();
    return response?.rooms
      .filter(({ room }) => !this.events.isLost(room, response.since))
      .map((room) => this.events.of(room, response.since));
  });
  /** The rooms that the user is a member of, most recent activity first. */
  readonly own = computed(() =>
    this.rooms()
      ?.filter(({ isMember }) => isMember)
      .toSorted(byActivity),
  );
  /** The totals of unread messages and mentions. */
  readonly unread = computed(() => {
    const own = this.own() ?? [];
    const sum = (of: (room: Room) => number): number => own.reduce((before, room) => before + of(room), 0);
    return { messages: sum(({ unread }) => unread), mentions: sum(({ mentions }) => mentions) };
  });
  /** The error of the latest request, while no rooms are loaded. */
  readonly error = computed(() => (this.rooms() === undefined ? this.loader.error() : undefined));

  constructor() {
    this.loadWithConnection();
    effect(() => {
      const response = this.loader.value();
      if (response === undefined) return;
      // A room that was lost does not count as the user's own until the server lists it again.
      const mine = new Set(
        response.rooms
          .filter((room) => room.isMember && !this.events.isLost(room.room, response.since))
          .map(({ room }) => room),
      );
      const isNew = this.events.changedSince(this.latestRequest).some((room) => !mine.has(room));
      if (isNew) untracked(() => void this.load());
    });
  }

  /** Reloads the rooms. Concurrent calls share the next request. Never throws. */
  async load(): Promise<void> {
    await this.loader.refresh();
  }

  title(room: string): string {
    // The title stays available after the user was removed from the room.
    return this.find(room)?.title ?? this.loader.value()?.rooms.find((known) => known.room === room)?.title ?? room;
  }

  find(room: string): Room | undefined {
    return this.rooms()?.find((known) => known.room === room);
  }

  /** @throws HttpErrorResponse, for example with `room_taken` */
  async create(room: NewRoom): Promise<void> {
    await firstValueFrom(this.http.post('/api/rooms', room));
    await this.load();
  }

  /** Joins a public room. @throws HttpErrorResponse */
  async join(room: string): Promise<void> {
    await firstValueFrom(this.http.put(this.membership(room), undefined));
    await this.load();
  }

  /** Leaves a room. A private room is no longer accessible afterwards. @throws HttpErrorResponse */
  async leave(room: string): Promise<void> {
    await firstValueFrom(this.http.delete(this.membership(room)));
    await this.load();
  }

  /** Requests a page of messages in ascending order. @throws HttpErrorResponse */
  async page(room: string, params: MessagePageQuery): Promise<MessagePage> {
    return firstValueFrom(this.http.get<MessagePage>(`/api/rooms/${room}/messages`, { params: { ...params } }));
  }

  /** The rooms of the user and the first pages of other rooms. */
  private async pages(): Promise<readonly Room[]> {
    // A room that is left between two requests is on both pages.
    const rooms = new Map<string, Room>();
    let cursor: string | undefined;
    for (let page = 0; page < maxPages; page++) {
      const options = cursor === undefined ? {} : { params: { cursor, limit: pageSize } };
      const { rooms: found, next } = await firstValueFrom(this.http.get<Rooms>('/api/rooms', options));
      for (const room of found) rooms.set(room.room, room);
      if (next === undefined) break;
      cursor = next;
    }
    return [...rooms.values()];
  }

  /**
   * Loads with every connection. Events between a response and the connection are not delivered, so the first request waits for the
   * connection: one request per page load instead of two. It does not wait if the connection fails or takes longer than a second.
   */
  private loadWithConnection(): void {
    const { state } = injectUsher();
    let isFirst = true;
    let wasOpen = false;
    const first = (): void => {
      if (isFirst) void this.load();
      isFirst = false;
    };
    const timer = setTimeout(first, firstPatienceMs);
    effect(() => {
      const { name } = state();
      const isOpen = name === 'open';
      untracked(() => {
        if (isOpen && !wasOpen && !isFirst) void this.load();
        else if (isOpen || name === 'backoff' || name === 'stopped') first();
      });
      wasOpen = isOpen;
    });
    inject(DestroyRef).onDestroy(() => {
      clearTimeout(timer);
    });
  }

  private membership(room: string): string {
    return `/api/rooms/${room}/members/${encodeURIComponent(this.session.user() ?? '')}`;
  }
}

function byTitle(a: Room, b: Room): number {
  return a.title.localeCompare(b.title, language);
}

function byActivity(a: Room, b: Room): number {
  return b.at - a.at;
}
