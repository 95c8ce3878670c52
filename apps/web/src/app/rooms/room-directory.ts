import { HttpClient } from '@angular/common/http';
import { DestroyRef, Service, computed, effect, inject, untracked } from '@angular/core';
import { injectUsher } from '@usher/angular';
import type { MessagePage, MessagePageQuery, NewRoom, Room, Rooms } from '@usher/protocol';
import { firstValueFrom } from 'rxjs';
import { Session } from '../session/session.ts';
import { language } from '../texts/language.ts';
import { Asked } from '../ui/asked.ts';
import { RoomNews } from './room-news.ts';

/** Pages of rooms that are loaded, and rooms of a page after the first: no list has more than about 4,500 rooms of others. */
const mostPages = 5;
const pageSize = 1_000;

/** How long the first request waits for the connection (ms). */
const firstPatienceMs = 1_000;

/** Rooms as the server answered them, and the turn in which they were requested. */
interface Answer {
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
  private readonly news = inject(RoomNews);
  private readonly asked = new Asked(async (): Promise<Answer> => {
    const since = this.news.turn();
    this.askedLast = since;
    const rooms = await this.pages();
    return { since, rooms: rooms.toSorted(byTitle) };
  });
  /** The turn of the last question. */
  private askedLast = 0;

  /** Changes with every answer of the server; undefined before the first. */
  readonly answered = computed(() => this.asked.value()?.since);
  /** Undefined until they are known; sorted by title. */
  readonly rooms = computed(() => {
    const answer = this.asked.value();
    return answer?.rooms
      .filter(({ room }) => !this.news.isLost(room, answer.since))
      .map((room) => this.news.of(room, answer.since));
  });
  /** One's own, those in which something was said last first. */
  readonly own = computed(() =>
    this.rooms()
      ?.filter(({ mine }) => mine)
      .toSorted(byActivity),
  );
  /** What is unread in one's own rooms, in all. */
  readonly unread = computed(() => {
    const own = this.own() ?? [];
    const sum = (of: (room: Room) => number): number => own.reduce((before, room) => before + of(room), 0);
    return { messages: sum(({ unread }) => unread), mentions: sum(({ mentions }) => mentions) };
  });
  /** What went wrong, while nothing is known. */
  readonly error = computed(() => (this.rooms() === undefined ? this.asked.error() : undefined));

  constructor() {
    this.loadWithConnection();
    effect(() => {
      const answer = this.asked.value();
      if (answer === undefined) return;
      // A room that was lost since is no room of theirs until the server says so again.
      const mine = new Set(
        answer.rooms.filter((room) => room.mine && !this.news.isLost(room.room, answer.since)).map(({ room }) => room),
      );
      const isNew = this.news.heardOf(this.askedLast).some((room) => !mine.has(room));
      if (isNew) untracked(() => void this.load());
    });
  }

  /** Asks anew; whoever wants it while the answer to an earlier question is awaited gets that of the next. Never throws. */
  async load(): Promise<void> {
    await this.asked.refresh();
  }

  title(room: string): string {
    // Who is put out of a room still sees which one it was.
    return this.find(room)?.title ?? this.asked.value()?.rooms.find((known) => known.room === room)?.title ?? room;
  }

  find(room: string): Room | undefined {
    return this.rooms()?.find((known) => known.room === room);
  }

  /** @throws HttpErrorResponse, `room_taken` among others. */
  async create(room: NewRoom): Promise<void> {
    await firstValueFrom(this.http.post('/api/rooms', room));
    await this.load();
  }

  /** Takes a public room into one's list. @throws HttpErrorResponse */
  async join(room: string): Promise<void> {
    await firstValueFrom(this.http.put(this.membership(room), undefined));
    await this.load();
  }

  /** Takes a room out of one's list; a private one is closed to oneself from then on. @throws HttpErrorResponse */
  async leave(room: string): Promise<void> {
    await firstValueFrom(this.http.delete(this.membership(room)));
    await this.load();
  }

  /** A page of messages of a room, oldest first. @throws HttpErrorResponse */
  async page(room: string, params: MessagePageQuery): Promise<MessagePage> {
    return firstValueFrom(this.http.get<MessagePage>(`/api/rooms/${room}/messages`, { params: { ...params } }));
  }

  /** All own rooms and the first pages of others. */
  private async pages(): Promise<readonly Room[]> {
    // A room that is left between two pages is on both.
    const rooms = new Map<string, Room>();
    let cursor: string | undefined;
    for (let page = 0; page < mostPages; page++) {
      const options = cursor === undefined ? {} : { params: { cursor, limit: pageSize } };
      const { rooms: found, next } = await firstValueFrom(this.http.get<Rooms>('/api/rooms', options));
      for (const room of found) rooms.set(room.room, room);
      if (next === undefined) break;
      cursor = next;
    }
    return [...rooms.values()];
  }

  /**
   * Loads with every connection. What happens between an answer and the connection is not delivered, so the first request waits for
   * the connection too: one request per page load instead of two. If the connection is slow or fails, it does not wait.
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
