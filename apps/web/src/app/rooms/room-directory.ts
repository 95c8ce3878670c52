import { HttpClient } from '@angular/common/http';
import { Service, computed, effect, inject, signal, untracked } from '@angular/core';
import { injectUsher } from '@usher/angular';
import type { MessagePage, NewRoom, Room, Rooms } from '@usher/protocol';
import { firstValueFrom } from 'rxjs';

/** The rooms that this person may see, and the calls about them. Asked for anew with every connection: others make rooms too. */
@Service({ autoProvided: false })
export class RoomDirectory {
  private readonly http = inject(HttpClient);
  private readonly usher = injectUsher();
  private readonly known = signal<readonly Room[] | undefined>(undefined);
  private readonly trouble = signal<unknown>(undefined);
  private asked = 0;

  /** Undefined until they are known; sorted by title. */
  readonly rooms = this.known.asReadonly();
  /** What went wrong, while nothing is known. */
  readonly error = computed(() => (this.known() === undefined ? this.trouble() : undefined));

  constructor() {
    const connected = computed(() => this.usher.state().name === 'open');
    void this.load();
    let before = false;
    effect(() => {
      const now = connected();
      if (now && !before) untracked(() => void this.load());
      before = now;
    });
  }

  async load(): Promise<void> {
    const mine = ++this.asked;
    this.trouble.set(undefined);
    try {
      const { rooms } = await firstValueFrom(this.http.get<Rooms>('/api/rooms'));
      // Of two that overlap the later question counts, whichever answer comes last.
      if (mine === this.asked) this.known.set(rooms.toSorted(byTitle));
    } catch (error) {
      if (mine === this.asked) this.trouble.set(error);
    }
  }

  title(room: string): string {
    return this.find(room)?.title ?? room;
  }

  find(room: string): Room | undefined {
    return this.known()?.find((known) => known.room === room);
  }

  /** @throws HttpErrorResponse, `room_taken` among others. */
  async create(room: NewRoom): Promise<void> {
    await firstValueFrom(this.http.post('/api/rooms', room));
    await this.load();
  }

  /** Messages of a room before `before`, oldest first. @throws HttpErrorResponse */
  async older(room: string, before: number): Promise<MessagePage> {
    const params = { before, limit: 50 };
    return firstValueFrom(this.http.get<MessagePage>(`/api/rooms/${room}/messages`, { params }));
  }
}

function byTitle(a: Room, b: Room): number {
  return a.title.localeCompare(b.title, 'en');
}
