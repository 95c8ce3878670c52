import { Component, computed, inject, input } from '@angular/core';
import { RoomPane } from './room-pane.ts';
import { OpenRooms } from './open-rooms.ts';

/** The page of a room. Another room is another pane, so that nothing of the one before is left standing. */
@Component({
  selector: 'app-room-page',
  imports: [RoomPane],
  template: `
    @for (view of [view()]; track view) {
      <app-room-pane [name]="room()" [view]="view" />
    }
  `,
  styles: `
    :host {
      display: block;
      block-size: 100%;
    }
  `,
})
export class RoomPage {
  /** From the address. */
  readonly room = input.required<string>();

  private readonly open = inject(OpenRooms);
  protected readonly view = computed(() => this.open.enter(this.room()));
}
