import { DOCUMENT, DestroyRef, Service, inject } from '@angular/core';
import { Router } from '@angular/router';
import type { Room } from '@usher/chat-api';
import { RoomActions } from '../rooms/room-actions.ts';
import { RoomDirectory } from '../rooms/room-directory.ts';
import { Visits } from '../rooms/visits.ts';
import { injectDialog } from '../ui/dialog.ts';
import { ShortcutChoice } from './shortcut-choice.ts';

/** Global keyboard shortcuts. */
@Service({ autoProvided: false })
export class Shortcuts {
  private readonly document = inject(DOCUMENT);
  private readonly router = inject(Router);
  private readonly actions = inject(RoomActions);
  private readonly directory = inject(RoomDirectory);
  private readonly visits = inject(Visits);
  private readonly choice = inject(ShortcutChoice);
  private readonly dialog = injectDialog();
  private helping = false;

  constructor() {
    const press = (event: KeyboardEvent): void => {
      if (event.isComposing || event.defaultPrevented || !this.act(event)) return;
      event.preventDefault();
      event.stopPropagation();
    };
    // In the capture phase, before the focused field moves its caret.
    this.document.addEventListener('keydown', press, { capture: true });
    inject(DestroyRef).onDestroy(() => {
      this.document.removeEventListener('keydown', press, { capture: true });
    });
  }

  /** Shows the list of shortcuts. */
  async help(): Promise<void> {
    if (this.helping) return;
    this.helping = true;
    try {
      await this.dialog(async () => (await import('./shortcuts-dialog.ts')).ShortcutsDialog);
    } finally {
      this.helping = false;
    }
  }

  /** @returns whether the key was a shortcut */
  private act(event: KeyboardEvent): boolean {
    const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
    // Room shortcuts do nothing while a dialog is open.
    const isBusy = this.document.querySelector('mat-dialog-container') !== null;
    if ((ctrlKey || metaKey) && !altKey && !shiftKey && key.toLowerCase() === 'k') {
      if (!isBusy) void this.actions.choose();
      return true;
    }
    if (isBusy) return false;
    if (altKey && !ctrlKey && !metaKey && (key === 'ArrowUp' || key === 'ArrowDown')) {
      this.go(key === 'ArrowDown' ? 1 : -1, shiftKey);
      return true;
    }
    if (key === '?' && !ctrlKey && !metaKey && this.choice.single() && !isWriting(event.target)) {
      void this.help();
      return true;
    }
    return false;
  }

  private go(step: 1 | -1, onlyUnread: boolean): void {
    const wanted = onlyUnread ? ({ unread }: { unread: number }) => unread > 0 : () => true;
    const room = nextRoom(this.directory.own() ?? [], this.visits.current(), step, wanted);
    if (room !== undefined) void this.router.navigate(['/rooms', room]);
  }
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'));
}

/**
 * Returns the room above (-1) or below (1) the current one in the list, wrapping around. Without a current room in the list, the first or
 * last one. Returns undefined if there is no other room.
 */
export function nextRoom(
  rooms: readonly Room[],
  current: string | undefined,
  step: 1 | -1,
  wanted: (room: Room) => boolean,
): string | undefined {
  const at = rooms.findIndex(({ room }) => room === current);
  const begin = at === -1 && step === -1 ? rooms.length : at;
  for (let count = 1; count <= rooms.length; count += 1) {
    const room = rooms[(begin + step * count + rooms.length * 2) % rooms.length];
    if (room !== undefined && room.room !== current && wanted(room)) return room.room;
  }
  return undefined;
}
