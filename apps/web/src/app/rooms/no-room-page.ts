import { Component, computed, inject } from '@angular/core';
import { focusAfterNavigation } from '../ui/focus.ts';
import { Icon } from '../ui/icon.ts';
import { roomsTexts } from '../texts/rooms.ts';
import { RoomDirectory } from './room-directory.ts';

/** The page beside the room list while no room is selected. */
@Component({
  selector: 'app-no-room-page',
  imports: [Icon],
  template: `
    <div class="empty">
      <span class="mark"><app-icon name="rooms" [size]="30" /></span>
      <h1 id="page-heading" tabindex="-1">{{ words().heading }}</h1>
      <p>{{ words().hint }}</p>
    </div>
  `,
  styleUrl: '../ui/empty.scss',
})
export class NoRoomPage {
  private readonly directory = inject(RoomDirectory);

  constructor() {
    // Phones show the list instead of this page.
    focusAfterNavigation(matchMedia('(max-width: 47.99rem)').matches ? 'rooms-heading' : 'page-heading');
  }

  protected readonly words = computed(() =>
    this.directory.rooms()?.length === 0
      ? { heading: roomsTexts.none, hint: roomsTexts.noneHint }
      : { heading: roomsTexts.pick, hint: roomsTexts.pickHint },
  );
}
