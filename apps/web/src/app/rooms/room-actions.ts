import { Service, inject } from '@angular/core';
import { Router } from '@angular/router';
import type { NewRoom } from '@usher/chat-api';
import { errorText } from '../session/http-errors.ts';
import { roomMenuTexts, switcherTexts } from '../texts/rooms.ts';
import { injectDialog } from '../ui/dialog.ts';
import { OpenRooms } from './open-rooms.ts';
import { RoomDirectory } from './room-directory.ts';

/** Options for dialogs that contain a list. */
const tall = { panelClass: 'tall-dialog', width: 'min(32rem, 100vw)' };

/** Actions on rooms that are available on every page, with their dialogs and navigation. */
@Service({ autoProvided: false })
export class RoomActions {
  private readonly directory = inject(RoomDirectory);
  private readonly open = inject(OpenRooms);
  private readonly router = inject(Router);
  private readonly dialog = injectDialog();
  private choosing = false;

  /** Creates a room and opens it. For a private room, the members dialog follows. */
  async create(): Promise<void> {
    const room = await this.dialog<NewRoom>(async () => (await import('./create-room-dialog.ts')).CreateRoomDialog);
    if (room === undefined) return;
    await this.router.navigate(['/rooms', room.room]);
    if (room.private === true) await this.members(room.room);
  }

  /** Shows all rooms. */
  async browse(): Promise<void> {
    const load = async () => (await import('./find-rooms-dialog.ts')).FindRoomsDialog;
    const chosen = await this.dialog<string>(load, tall);
    if (chosen === undefined) return;
    if (chosen === '') await this.create();
    else await this.router.navigate(['/rooms', chosen]);
  }

  /** Opens the room switcher, unless it is open already. */
  async choose(): Promise<void> {
    if (this.choosing) return;
    this.choosing = true;
    try {
      const load = async () => (await import('./switcher.ts')).Switcher;
      const url = await this.dialog<string>(load, {
        position: { top: '12dvh' },
        panelClass: 'bare-dialog',
        width: 'min(34rem, calc(100vw - 2rem))',
        ariaLabel: switcherTexts.heading,
      });
      if (url !== undefined) await this.router.navigateByUrl(url);
    } finally {
      this.choosing = false;
    }
  }

  async members(room: string): Promise<void> {
    const load = async () => (await import('./members-dialog.ts')).MembersDialog;
    await this.dialog(load, { data: room, ...tall });
  }

  /** Leaves a room, after a confirmation if the user cannot rejoin. @returns the error text, if it failed */
  async leave(room: string): Promise<string | undefined> {
    const title = this.directory.title(room);
    if (this.directory.find(room)?.private === true) {
      const { heading, text, yes } = roomMenuTexts.leaveQuestion;
      const load = async () => (await import('../ui/confirm-dialog.ts')).ConfirmDialog;
      const data = { heading: heading(title), text, yes };
      if ((await this.dialog<boolean>(load, { data, role: 'alertdialog' })) !== true) return undefined;
    }
    try {
      await this.directory.leave(room);
    } catch (error) {
      return errorText(error);
    }
    this.open.leave(room);
    await this.router.navigateByUrl('/');
    return undefined;
  }
}
