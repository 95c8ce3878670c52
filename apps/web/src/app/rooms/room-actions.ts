import { Service, inject } from '@angular/core';
import { Router } from '@angular/router';
import type { NewRoom } from '@usher/protocol';
import { wordsFor } from '../session/http-words.ts';
import { roomMenuTexts } from '../texts/room-menu.ts';
import { switcherTexts } from '../texts/switcher.ts';
import { injectDialog } from '../ui/dialog.ts';
import { OpenRooms } from './open-rooms.ts';
import { RoomDirectory } from './room-directory.ts';

/** A dialog that is a list. */
const tall = { panelClass: 'tall-dialog', width: 'min(32rem, 100vw)' };

/** What can be done with rooms from anywhere on the page. Each asks for what it has to know, and leads to where it ends. */
@Service({ autoProvided: false })
export class RoomActions {
  private readonly directory = inject(RoomDirectory);
  private readonly open = inject(OpenRooms);
  private readonly router = inject(Router);
  private readonly dialog = injectDialog();
  private choosing = false;

  /** Makes a room and goes there; a private one asks next who is to be in it. */
  async create(): Promise<void> {
    const room = await this.dialog<NewRoom>(async () => (await import('./create-room-dialog.ts')).CreateRoomDialog);
    if (room === undefined) return;
    await this.router.navigate(['/rooms', room.room]);
    if (room.private === true) await this.members(room.room);
  }

  /** Shows all rooms that there are. */
  async browse(): Promise<void> {
    const load = async () => (await import('./find-rooms-dialog.ts')).FindRoomsDialog;
    const chosen = await this.dialog<string>(load, tall);
    if (chosen === undefined) return;
    if (chosen === '') await this.create();
    else await this.router.navigate(['/rooms', chosen]);
  }

  /** Leads to a room by a few letters of its name. One at a time. */
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

  /** Takes the room out of one's list, asked first where there is no way back in. @returns what went wrong, in words */
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
      return wordsFor(error);
    }
    this.open.leave(room);
    await this.router.navigateByUrl('/');
    return undefined;
  }
}
