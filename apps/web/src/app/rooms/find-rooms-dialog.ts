import { Component, computed, inject, signal } from '@angular/core';
import { MatDialogClose, MatDialogContent, MatDialogRef, MatDialogTitle } from '@angular/material/dialog';
import type { Room } from '@usher/chat-api';
import { errorText } from '../session/http-errors.ts';
import { browseTexts, roomsTexts } from '../texts/rooms.ts';
import { Icon } from '../ui/icon.ts';
import { RoomDirectory } from './room-directory.ts';
import { folded } from './room-names.ts';

/** Lists all rooms that the user may see. Closes with the name of the chosen room, or with an empty string to create one. */
@Component({
  selector: 'app-find-rooms-dialog',
  imports: [Icon, MatDialogClose, MatDialogContent, MatDialogTitle],
  templateUrl: './find-rooms-dialog.html',
  styleUrl: './find-rooms-dialog.scss',
})
export class FindRoomsDialog {
  private readonly dialog = inject<MatDialogRef<FindRoomsDialog, string>>(MatDialogRef);
  private readonly directory = inject(RoomDirectory);

  protected readonly texts = browseTexts;
  protected readonly privateLabel = roomsTexts.private;
  protected readonly typed = signal('');
  protected readonly onlyNew = signal(false);
  /** The room that is being joined, while the request runs. */
  protected readonly joining = signal<string | undefined>(undefined);
  protected readonly failure = signal<string | undefined>(undefined);
  protected readonly known = computed(() => this.directory.rooms() !== undefined);
  protected readonly error = computed(() => {
    const error = this.directory.error();
    return error === undefined ? undefined : errorText(error);
  });
  protected readonly rooms = computed(() => {
    const wanted = folded(this.typed().trim());
    return (this.directory.rooms() ?? []).filter(
      (room) =>
        !(this.onlyNew() && room.isMember) && (folded(room.title).includes(wanted) || room.room.includes(wanted)),
    );
  });
  /** Announced by screen readers when it changes. */
  protected readonly count = computed(() => (this.known() ? this.texts.count(this.rooms().length) : ''));

  constructor() {
    void this.directory.load();
  }

  protected reload(): void {
    void this.directory.load();
  }

  protected async take(room: Room): Promise<void> {
    if (room.isMember) {
      this.dialog.close(room.room);
      return;
    }
    if (this.joining() !== undefined) return;
    this.joining.set(room.room);
    this.failure.set(undefined);
    try {
      // An administrator can open a private room without becoming a member.
      if (!room.private) await this.directory.join(room.room);
      this.dialog.close(room.room);
    } catch (error) {
      this.failure.set(errorText(error));
    } finally {
      this.joining.set(undefined);
    }
  }

  protected create(): void {
    this.dialog.close('');
  }
}
