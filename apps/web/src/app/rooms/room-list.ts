import {
  Component,
  DestroyRef,
  type ElementRef,
  computed,
  inject,
  linkedSignal,
  signal,
  viewChild,
} from '@angular/core';
import { RouterLink, RouterLinkActive } from '@angular/router';
import type { Room } from '@usher/chat-api';
import { errorText } from '../session/http-errors.ts';
import { browseTexts, roomsTexts } from '../texts/rooms.ts';
import { shellTexts } from '../texts/shell.ts';
import { glide } from '../ui/glide.ts';
import { Icon } from '../ui/icon.ts';
import { RoomActions } from './room-actions.ts';
import { RoomDirectory } from './room-directory.ts';
import { UnreadBadge } from './unread-badge.ts';

/** The order does not change until the pointer or the focus has rested this long (ms). */
const restMs = 2_000;

/** The user's rooms, most recent activity first, with their unread counts. */
@Component({
  selector: 'app-room-list',
  imports: [Icon, RouterLink, RouterLinkActive, UnreadBadge],
  templateUrl: './room-list.html',
  styleUrl: './room-list.scss',
})
export class RoomList {
  private readonly directory = inject(RoomDirectory);
  private readonly list = viewChild<ElementRef<HTMLElement>>('list');
  /** The rooms under the pointer and the focus. */
  private readonly pointed = signal<string | undefined>(undefined);
  private readonly focused = signal<string | undefined>(undefined);
  /** Whether the pointer or the focus moved in the list recently. */
  private readonly aiming = signal(false);
  private resting: ReturnType<typeof setTimeout> | undefined;

  protected readonly texts = { shell: shellTexts, browse: browseTexts, rooms: roomsTexts } as const;
  protected readonly actions = inject(RoomActions);
  /**
   * While the user aims at a row, the order does not change. A pointer that rests in the list must not freeze the order permanently: then
   * only the row under it, or under the focus, keeps its place.
   */
  protected readonly rooms = linkedSignal<
    { own: readonly Room[] | undefined; pinned: string | undefined; aiming: boolean },
    readonly Room[] | undefined
  >({
    source: () => ({
      own: this.directory.own(),
      pinned: this.pointed() ?? this.focused(),
      aiming: this.aiming(),
    }),
    computation: ({ own, pinned, aiming }, before) => {
      if (own === undefined || before?.value === undefined) return own;
      if (aiming) return inOrderOf(before.value, own);
      return pinned === undefined ? own : withPinned(before.value, own, pinned);
    },
  }).asReadonly();
  protected readonly error = computed(() => {
    const error = this.directory.error();
    return error === undefined ? undefined : errorText(error);
  });

  constructor() {
    glide(this.list, this.rooms);
    inject(DestroyRef).onDestroy(() => {
      clearTimeout(this.resting);
    });
  }

  protected reload(): void {
    void this.directory.load();
  }

  protected point(event: PointerEvent): void {
    // Touch input has no resting pointer.
    if (event.pointerType === 'touch') return;
    this.pointed.set(roomOf(event.target));
    this.aim();
  }

  protected clearPointer(): void {
    this.pointed.set(undefined);
    this.rest();
  }

  protected focus(event: FocusEvent): void {
    this.focused.set(roomOf(event.target));
    this.aim();
  }

  protected unfocus(): void {
    this.focused.set(undefined);
    if (this.pointed() === undefined) this.rest();
  }

  private aim(): void {
    clearTimeout(this.resting);
    this.aiming.set(true);
    this.resting = setTimeout(() => {
      this.aiming.set(false);
    }, restMs);
  }

  private rest(): void {
    clearTimeout(this.resting);
    this.aiming.set(false);
  }
}

/** The room of the row that contains an element. */
function roomOf(target: EventTarget | null): string | undefined {
  if (!(target instanceof Element)) return undefined;
  return target.closest<HTMLElement>('[data-room]')?.dataset['room'];
}

/** The current rooms in their previous order. New rooms are last. */
export function inOrderOf(before: readonly Room[], now: readonly Room[]): readonly Room[] {
  const places = new Map(before.map(({ room }, index) => [room, index]));
  const place = ({ room }: Room): number => places.get(room) ?? before.length;
  return now.toSorted((one, other) => place(one) - place(other));
}

/** The current rooms in their own order, except that one keeps its previous place: the row under the pointer or the focus. */
export function withPinned(before: readonly Room[], now: readonly Room[], pinned: string): readonly Room[] {
  const place = before.findIndex(({ room }) => room === pinned);
  const found = now.find(({ room }) => room === pinned);
  if (place === -1 || found === undefined) return now;
  return now.filter((room) => room !== found).toSpliced(place, 0, found);
}
