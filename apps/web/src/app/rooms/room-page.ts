import { Component, DestroyRef, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { NavigationSkipped, Router } from '@angular/router';
import { OpenRooms, type RoomView } from './open-rooms.ts';
import { RoomPane } from './room-pane.ts';

/** The page of a room. Each room gets a new pane, so that no state of the previous room remains. */
@Component({
  selector: 'app-room-page',
  imports: [RoomPane],
  template: `
    @for (view of views(); track view) {
      <app-room-pane [name]="view.room.name" [view]="view" [at]="at()" />
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
  /** From the URL; `at` is the sequence number of a message to show. */
  readonly room = input.required<string>();
  readonly at = input(undefined, { transform: seqOf });

  private readonly open = inject(OpenRooms);
  private readonly view = signal<RoomView | undefined>(undefined);
  /** The first page is rendered after the frame, in a separate task: together they would block the main thread of a phone for too long. */
  private readonly ready = signal(inject(Router).lastSuccessfulNavigation() !== null);
  protected readonly views = computed(() => {
    const view = this.view();
    return view === undefined || !this.ready() ? [] : [view];
  });

  constructor() {
    if (!this.ready()) {
      const task = setTimeout(() => {
        this.ready.set(true);
      });
      inject(DestroyRef).onDestroy(() => {
        clearTimeout(task);
      });
    }
    // Navigating to the current room again, for example from the list, retries a room that was denied.
    inject(Router)
      .events.pipe(takeUntilDestroyed())
      .subscribe((event) => {
        if (event instanceof NavigationSkipped) this.open.enter(this.room());
      });
    effect(() => {
      const name = this.room();
      // Untracked because entering has side effects: it joins the room and may leave another.
      const view = untracked(() => this.open.enter(name));
      this.view.set(view);
    });
  }
}

function seqOf(value: string | undefined): number | undefined {
  const seq = Number(value);
  return Number.isSafeInteger(seq) && seq > 0 ? seq : undefined;
}
