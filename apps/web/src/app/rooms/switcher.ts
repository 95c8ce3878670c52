import { Component, type ElementRef, computed, effect, inject, signal, viewChildren } from '@angular/core';
import { MatDialogRef } from '@angular/material/dialog';
import { roomsTexts, switcherTexts } from '../texts/rooms.ts';
import { Icon } from '../ui/icon.ts';
import { RoomDirectory } from './room-directory.ts';
import { choicesFor } from './switch-choices.ts';
import { UnreadBadge } from './unread-badge.ts';
import { Visits } from './visits.ts';

/**
 * A combobox that finds a room by a few letters (ARIA Authoring Practices). The focus stays in the field, the arrow keys move through the
 * list. Closes with the chosen URL.
 */
@Component({
  selector: 'app-switcher',
  imports: [Icon, UnreadBadge],
  host: { '(click)': 'point($event, true)', '(mousedown)': 'point($event, false)' },
  templateUrl: './switcher.html',
  styleUrl: './switcher.scss',
})
export class Switcher {
  private readonly dialog = inject<MatDialogRef<Switcher, string>>(MatDialogRef);
  private readonly directory = inject(RoomDirectory);
  private readonly visits = inject(Visits);
  private readonly options = viewChildren<ElementRef<HTMLElement>>('option');

  protected readonly texts = switcherTexts;
  protected readonly privateLabel = roomsTexts.private;
  protected readonly typed = signal('');
  private readonly moved = signal(0);
  protected readonly rooms = computed(() =>
    choicesFor(this.typed(), {
      own: this.directory.own() ?? [],
      others: (this.directory.rooms() ?? []).filter(({ isMember }) => !isMember),
      recent: this.visits.recent(),
      current: this.visits.current(),
    }),
  );
  /** The last option searches the messages for the query. */
  protected readonly search = computed(() => this.typed().trim());
  private readonly count = computed(() => this.rooms().length + (this.search() === '' ? 0 : 1));
  /** The index of the active option. */
  protected readonly active = computed(() => Math.min(this.moved(), Math.max(0, this.count() - 1)));
  protected readonly activeId = computed(() => (this.count() === 0 ? null : `switch-${this.active()}`));
  protected readonly found = computed(() => this.texts.found(this.rooms().length));

  constructor() {
    effect(() => {
      this.options()[this.active()]?.nativeElement.scrollIntoView({ block: 'nearest' });
    });
  }

  protected type(text: string): void {
    this.typed.set(text);
    this.moved.set(0);
  }

  protected press(event: KeyboardEvent): void {
    // During composition with an input method, Enter and the arrow keys belong to it.
    if (event.isComposing) return;
    const moves: Readonly<Partial<Record<string, number>>> = { ArrowDown: 1, ArrowUp: -1 };
    const move = moves[event.key];
    if (move !== undefined && !event.altKey) {
      event.preventDefault();
      const count = Math.max(1, this.count());
      this.moved.set((this.active() + move + count) % count);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      this.choose(this.active());
    }
  }

  /** The options never receive the focus: pressing one keeps the focus in the field, and a click chooses it. */
  protected point(event: MouseEvent, isClick: boolean): void {
    const option = event.target instanceof Element ? event.target.closest('[role=option]') : null;
    if (option === null) return;
    event.preventDefault();
    if (isClick) this.choose(this.options().findIndex(({ nativeElement }) => nativeElement === option));
  }

  private choose(index: number): void {
    const room = this.rooms()[index];
    if (room !== undefined) this.dialog.close(`/rooms/${room.room}`);
    else if (this.search() !== '') this.dialog.close(`/search?q=${encodeURIComponent(this.search())}`);
  }
}
