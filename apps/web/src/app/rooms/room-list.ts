import { Component, computed, inject } from '@angular/core';
import { Router, RouterLink, RouterLinkActive } from '@angular/router';
import { wordsFor } from '../session/http-words.ts';
import { texts } from '../texts.ts';
import { injectDialog } from '../ui/dialog.ts';
import { Icon } from '../ui/icon.ts';
import { RoomDirectory } from './room-directory.ts';

@Component({
  selector: 'app-room-list',
  imports: [Icon, RouterLink, RouterLinkActive],
  templateUrl: './room-list.html',
  styleUrl: './room-list.scss',
})
export class RoomList {
  private readonly directory = inject(RoomDirectory);
  private readonly openDialog = injectDialog();
  private readonly router = inject(Router);

  protected readonly texts = texts;
  protected readonly rooms = this.directory.rooms;
  protected readonly error = computed(() => {
    const error = this.directory.error();
    return error === undefined ? undefined : wordsFor(error);
  });

  protected reload(): void {
    void this.directory.load();
  }

  protected async create(): Promise<void> {
    const load = async () => (await import('./create-room-dialog.ts')).CreateRoomDialog;
    const room = await this.openDialog<string>(load);
    if (room !== undefined) await this.router.navigate(['/rooms', room]);
  }
}
