import { HttpClient } from '@angular/common/http';
import { Service, computed, inject } from '@angular/core';
import type { MessagePage, MessagePageQuery, NewRoom, Room, Rooms } from '@usher/protocol';
import { firstValueFrom } from 'rxjs';
import { wheneverOpen } from '../connection/whenever-open.ts';
import { Asked } from '../ui/asked.ts';

/** The rooms that this person may see, and the calls about them. Asked for anew with every connection: others make rooms too. */
@Service({ autoProvided: false })
export class RoomDirectory {
  private readonly http = inject(HttpClient);
  private readonly asked = new Asked(async () => {
    const { rooms } = await firstValueFrom(this.http.get<Rooms>('/api/rooms'));
    return rooms.toSorted(byTitle);
  });

  /** Undefined until they are known; sorted by title. */
  readonly rooms = this.asked.value;
  /** What went wrong, while nothing is known. */
  readonly error = computed(() => (this.rooms() === undefined ? this.asked.error() : undefined));

  constructor() {
    void this.load();
    wheneverOpen(() => void this.load());
  }

  async load(): Promise<void> {
    await this.asked.load();
  }

  title(room: string): string {
    return this.find(room)?.title ?? room;
  }

  find(room: string): Room | undefined {
    return this.rooms()?.find((known) => known.room === room);
  }

  /** @throws HttpErrorResponse, `room_taken` among others. */
  async create(room: NewRoom): Promise<void> {
    await firstValueFrom(this.http.post('/api/rooms', room));
    await this.load();
  }

  /** A page of messages of a room, oldest first. @throws HttpErrorResponse */
  async page(room: string, params: MessagePageQuery): Promise<MessagePage> {
    return firstValueFrom(this.http.get<MessagePage>(`/api/rooms/${room}/messages`, { params: { ...params } }));
  }
}

function byTitle(a: Room, b: Room): number {
  return a.title.localeCompare(b.title, 'en');
}
