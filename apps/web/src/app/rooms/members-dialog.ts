import { Component, type ElementRef, computed, effect, inject, signal, untracked, viewChild } from '@angular/core';
import {
  MAT_DIALOG_DATA,
  MatDialogClose,
  MatDialogContent,
  MatDialogRef,
  MatDialogTitle,
} from '@angular/material/dialog';
import { injectUsher } from '@usher/angular';
import type { Member } from '@usher/chat-api';
import { problemCode, errorText } from '../session/http-errors.ts';
import { Session } from '../session/session.ts';
import { membersTexts } from '../texts/rooms.ts';
import { messageTexts } from '../texts/room.ts';
import { Avatar } from '../ui/avatar.ts';
import { injectDialog } from '../ui/dialog.ts';
import { Icon } from '../ui/icon.ts';
import { RoomDirectory } from './room-directory.ts';
import { RoomMembers } from './room-members.ts';

/** Shows the owner and the members of a room. Managers can add and remove members. */
@Component({
  selector: 'app-members-dialog',
  imports: [Avatar, Icon, MatDialogClose, MatDialogContent, MatDialogTitle],
  templateUrl: './members-dialog.html',
  styleUrl: './members-dialog.scss',
})
export class MembersDialog {
  private readonly directory = inject(RoomDirectory);
  private readonly openDialog = injectDialog();
  private readonly room = inject<string>(MAT_DIALOG_DATA);
  private readonly members = new RoomMembers(this.room);
  private readonly field = viewChild<ElementRef<HTMLInputElement>>('field');

  protected readonly texts = membersTexts;
  protected readonly you = messageTexts.you;
  protected readonly user = inject(Session).user;
  protected readonly title = computed(() => this.directory.title(this.room));
  protected readonly canManage = computed(() => {
    const room = this.directory.find(this.room);
    return room?.private === true && room.canManage;
  });
  protected readonly list = this.members.list;
  protected readonly error = computed(() => {
    const error = this.members.error();
    return error === undefined ? undefined : errorText(error);
  });
  protected readonly name = signal('');
  protected readonly busy = signal(false);
  /** The error of the name field. */
  protected readonly wrong = signal<string | undefined>(undefined);
  /** The result of the last action, announced by screen readers. */
  protected readonly done = signal('');
  protected readonly failure = signal<string | undefined>(undefined);

  constructor() {
    const dialog = inject<MatDialogRef<MembersDialog>>(MatDialogRef);
    const { presence } = injectUsher().room(this.room);
    effect(() => {
      // Reloads when presence changes: only the server knows the status of members in other rooms.
      presence();
      untracked(() => void this.members.load());
    });
    effect(() => {
      // Closes the dialog when the user loses access to the room.
      if (this.directory.rooms() !== undefined && this.directory.find(this.room) === undefined) dialog.close();
    });
  }

  protected reload(): void {
    void this.members.load();
  }

  protected async add(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy()) return;
    const user = this.name().trim().replace(/^@/, '').toLowerCase();
    const isMember = this.list()?.some((member) => member.user === user) === true;
    if (user === '' || isMember) {
      this.refuse(isMember ? this.texts.already(user) : this.texts.missing);
      return;
    }
    this.busy.set(true);
    this.showError(undefined);
    try {
      await this.members.add(user);
      this.name.set('');
      this.done.set(this.texts.added(user));
      this.field()?.nativeElement.focus();
    } catch (error) {
      this.refuse(problemCode(error) === 'not_found' ? this.texts.unknown(user) : errorText(error));
    } finally {
      this.busy.set(false);
    }
  }

  protected async remove({ user }: Member): Promise<void> {
    const { heading, text, yes } = this.texts.removeQuestion;
    const data = { heading: heading(user, this.title()), text, yes };
    const load = async () => (await import('../ui/confirm-dialog.ts')).ConfirmDialog;
    if ((await this.openDialog<boolean>(load, { data, role: 'alertdialog' })) !== true) return;
    this.showError(undefined);
    try {
      await this.members.remove(user);
      this.done.set(this.texts.removed(user));
      // The pressed button was removed together with its row.
      this.field()?.nativeElement.focus();
    } catch (error) {
      this.failure.set(errorText(error));
    }
  }

  private refuse(why: string): void {
    this.showError(why);
    this.field()?.nativeElement.select();
  }

  private showError(wrong: string | undefined): void {
    this.wrong.set(wrong);
    this.failure.set(undefined);
    this.done.set('');
  }
}
