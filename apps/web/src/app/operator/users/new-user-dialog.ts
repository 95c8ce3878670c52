import { Component, inject, signal } from '@angular/core';
import { MatDialogActions, MatDialogClose, MatDialogContent, MatDialogTitle } from '@angular/material/dialog';
import type { PasswordLink } from '@usher/operator-api';
import { errorText } from '../../session/http-errors.ts';
import { linkTexts, newUserTexts } from '../../texts/operator-users.ts';
import { Icon } from '../../ui/icon.ts';
import { OperatorActions } from '../data/actions.ts';
import { stampOf } from '../ui/format.ts';
import { Secret } from '../ui/secret.ts';
import { rolesOf } from './roles.ts';

const userName = /^(?=.*[A-Za-z0-9])[A-Za-z0-9._-]{1,32}$/;

/** Creates a user. The account has no password: the link, which is shown once, sets it. */
@Component({
  selector: 'app-new-user-dialog',
  imports: [Icon, MatDialogActions, MatDialogClose, MatDialogContent, MatDialogTitle, Secret],
  templateUrl: './new-user-dialog.html',
  styleUrl: '../ui/form-dialog.scss',
})
export class NewUserDialog {
  private readonly actions = inject(OperatorActions);

  protected readonly texts = { user: newUserTexts, link: linkTexts } as const;
  protected readonly busy = signal(false);
  protected readonly nameError = signal<string | undefined>(undefined);
  protected readonly rolesError = signal<string | undefined>(undefined);
  protected readonly failure = signal<string | undefined>(undefined);
  protected readonly created = signal<(PasswordLink & { readonly user: string }) | undefined>(undefined);

  protected async submit(event: Event, name: string, typedRoles: string): Promise<void> {
    event.preventDefault();
    if (this.busy()) return;
    const user = name.trim().toLowerCase();
    const roles = rolesOf(typedRoles);
    this.nameError.set(userName.test(user) ? undefined : newUserTexts.badName);
    this.rolesError.set(roles === undefined ? newUserTexts.badRoles : undefined);
    this.failure.set(undefined);
    if (this.nameError() !== undefined || roles === undefined) return;
    this.busy.set(true);
    try {
      this.created.set({ user, ...(await this.actions.createUser(user, roles)) });
    } catch (error) {
      this.failure.set(errorText(error));
    } finally {
      this.busy.set(false);
    }
  }

  protected until(expires: number): string {
    return stampOf(expires * 1_000, Date.now());
  }
}
