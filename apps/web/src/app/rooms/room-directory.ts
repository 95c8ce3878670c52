import { HttpClient } from '@angular/common/http';
import { Service, computed, effect, inject, untracked } from '@angular/core';
import type { MessagePage, MessagePageQuery, NewRoom, Room, Rooms } from '@usher/protocol';
import { firstValueFrom } from 'rxjs';
import { wheneverOpen } from '../connection/whenever-open.ts';
import { Session } from '../session/session.ts';
import { language } from '../texts/language.ts';
import { Asked } from '../ui/asked.ts';
import { RoomNews } from './room-news.ts';

/** Rooms as the server told them, and the turn in which it was asked. */
interface Answer {
  readonly since: number;
  readonly rooms: readonly Room[];
}

/**
 * The rooms that this person may see, as they are by now, and the calls about them. Asked for anew with every connection, and when
 * something is heard of a room that is not known to be theirs: others make rooms too, and take people in.
 */
@Service({ autoProvided: false })
export class RoomDirectory {
  private readonly http = inject(HttpClient);
  private readonly session = inject(Session);
  private readonly news = inject(RoomNews);
  private readonly asked = new Asked(async (): Promise<Answer> => {
    const since = this.news.turn();
    this.askedLast = since;
    const { rooms } = await firstValueFrom(this.http.get<Rooms>('/api/rooms'));
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
    void this.load();
    wheneverOpen(() => void this.load());
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
