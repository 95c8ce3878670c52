import { Component, type ElementRef, computed, inject, signal, viewChild } from '@angular/core';
import {
  MatDialogActions,
  MatDialogClose,
  MatDialogContent,
  MatDialogRef,
  MatDialogTitle,
} from '@angular/material/dialog';
import type { NewRoom } from '@usher/chat-api';
import { errorText } from '../session/http-errors.ts';
import { createRoomTexts } from '../texts/rooms.ts';
import { Icon } from '../ui/icon.ts';
import { RoomDirectory } from './room-directory.ts';
import { randomSlug, slugOf } from './room-names.ts';

/** Creates a room from a title. Closes with the new room. */
@Component({
  selector: 'app-create-room-dialog',
  imports: [Icon, MatDialogActions, MatDialogClose, MatDialogContent, MatDialogTitle],
  templateUrl: './create-room-dialog.html',
  styleUrl: './create-room-dialog.scss',
})
export class CreateRoomDialog {
  private readonly dialog = inject<MatDialogRef<CreateRoomDialog, NewRoom>>(MatDialogRef);
  private readonly directory = inject(RoomDirectory);
  private readonly field = viewChild.required<ElementRef<HTMLInputElement>>('field');
  /** Stays the same while the dialog is open, so that a retry creates the same room. */
  private readonly fallbackSlug = randomSlug();

  protected readonly texts = createRoomTexts;
  protected readonly title = signal('');
  protected readonly hidden = signal(false);
  protected readonly busy = signal(false);
  protected readonly error = signal<string | undefined>(undefined);
  protected readonly address = computed(() => {
    if (this.title().trim() === '') return createRoomTexts.addressUnknown;
    return createRoomTexts.address(this.room());
  });
  private readonly room = computed(() => slugOf(this.title()) ?? this.fallbackSlug);

  protected async submit(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy()) return;
    const title = this.title().trim();
    if (title === '') {
      this.error.set(createRoomTexts.missing);
      this.field().nativeElement.focus();
      return;
    }
    this.error.set(undefined);
    this.busy.set(true);
    const made: NewRoom = { room: this.room(), title, private: this.hidden() };
    try {
      await this.directory.create(made);
      this.dialog.close(made);
    } catch (error) {
      this.error.set(errorText(error));
      this.field().nativeElement.select();
    } finally {
      this.busy.set(false);
    }
  }
}
