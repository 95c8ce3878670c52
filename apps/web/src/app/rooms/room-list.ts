import { Component, Injector, computed, inject } from '@angular/core';
import { Router, RouterLink, RouterLinkActive } from '@angular/router';
import { firstValueFrom } from 'rxjs';
import { wordsFor } from '../session/http-words.ts';
import { texts } from '../texts.ts';
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
  private readonly injector = inject(Injector);
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

  /** The dialog is loaded when it is wanted: few people make rooms, all people wait for the page. */
  protected async create(): Promise<void> {
    const [{ MatDialog, MatDialogConfig }, { CreateRoomDialog }] = await Promise.all([
      import('@angular/material/dialog'),
      import('./create-room-dialog.ts'),
    ]);
    const config = Object.assign(new MatDialogConfig(), { injector: this.injector, width: '27.5rem' });
    const dialog = this.injector.get(MatDialog).open<unknown, unknown, string>(CreateRoomDialog, config);
    const room = await firstValueFrom(dialog.afterClosed());
    if (room !== undefined) await this.router.navigate(['/rooms', room]);
  }
}
