import { Component, type ElementRef, computed, inject, linkedSignal, signal, viewChild } from '@angular/core';
import { RouterLink, RouterLinkActive } from '@angular/router';
import type { Room } from '@usher/protocol';
import { wordsFor } from '../session/http-words.ts';
import { browseTexts } from '../texts/browse.ts';
import { roomsTexts } from '../texts/rooms.ts';
import { shellTexts } from '../texts/shell.ts';
import { glide } from '../ui/glide.ts';
import { Icon } from '../ui/icon.ts';
import { RoomActions } from './room-actions.ts';
import { RoomDirectory } from './room-directory.ts';
import { inOrderOf } from './room-order.ts';
import { UnreadBadge } from './unread-badge.ts';

/** One's own rooms, the liveliest first, with what is unread in them. */
@Component({
  selector: 'app-room-list',
  imports: [Icon, RouterLink, RouterLinkActive, UnreadBadge],
  templateUrl: './room-list.html',
  styleUrl: './room-list.scss',
})
export class RoomList {
  private readonly directory = inject(RoomDirectory);
  private readonly list = viewChild<ElementRef<HTMLElement>>('list');
  private readonly pointed = signal(false);
  private readonly focused = signal(false);

  protected readonly texts = { shell: shellTexts, browse: browseTexts, rooms: roomsTexts } as const;
  protected readonly actions = inject(RoomActions);
  /** Under a pointer or the focus they keep their order: nobody aims at what moves. */
  protected readonly rooms = linkedSignal<
    { own: readonly Room[] | undefined; held: boolean },
    readonly Room[] | undefined
  >({
    source: () => ({ own: this.directory.own(), held: this.pointed() || this.focused() }),
    computation: ({ own, held }, before) => (held && own && before?.value ? inOrderOf(before.value, own) : own),
  }).asReadonly();
  protected readonly error = computed(() => {
    const error = this.directory.error();
    return error === undefined ? undefined : wordsFor(error);
  });

  constructor() {
    glide(this.list, this.rooms);
  }

  protected reload(): void {
    void this.directory.load();
  }

  protected point(event: PointerEvent, isOver: boolean): void {
    // A finger is gone when it has pressed.
    this.pointed.set(isOver && event.pointerType !== 'touch');
  }

  protected focus(isWithin: boolean): void {
    this.focused.set(isWithin);
  }
}
