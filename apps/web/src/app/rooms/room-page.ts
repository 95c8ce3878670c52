import { Component, DestroyRef, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { NavigationSkipped, Router } from '@angular/router';
import { OpenRooms, type RoomView } from './open-rooms.ts';
import { RoomPane } from './room-pane.ts';

/** The page of a room. Another room is another pane, so that nothing of the one before is left standing. */
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
  /** From the address; `at` is the sequence of a message that is to be shown. */
  readonly room = input.required<string>();
  readonly at = input(undefined, { transform: seqOf });

  private readonly open = inject(OpenRooms);
  private readonly view = signal<RoomView | undefined>(undefined);
  /** The first page is rendered after the frame around it, in a task of its own: together they would keep a phone from answering for long. */
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
    // The room that is shown is chosen once more, in the list for example: a denied one is tried again.
    inject(Router)
      .events.pipe(takeUntilDestroyed())
      .subscribe((event) => {
        if (event instanceof NavigationSkipped) this.open.enter(this.room());
      });
    effect(() => {
      const name = this.room();
      // Entering does things: it joins the room and may leave another.
      const view = untracked(() => this.open.enter(name));
      this.view.set(view);
    });
  }
}

function seqOf(value: string | undefined): number | undefined {
  const seq = Number(value);
  return Number.isSafeInteger(seq) && seq > 0 ? seq : undefined;
}
