import { Component, inject, signal } from '@angular/core';
import {
  MAT_DIALOG_DATA,
  MatDialogActions,
  MatDialogClose,
  MatDialogContent,
  MatDialogRef,
  MatDialogTitle,
} from '@angular/material/dialog';
import { actionTexts } from '../../texts/operator.ts';
import { newUserTexts, rolesTexts } from '../../texts/operator-users.ts';
import { rolesOf } from './roles.ts';

/** The user whose roles are edited. */
export interface RolesQuestion {
  readonly user: string;
  readonly roles: readonly string[];
}

/** Asks for the roles of a user. Closes with them. */
@Component({
  selector: 'app-roles-dialog',
  imports: [MatDialogActions, MatDialogClose, MatDialogContent, MatDialogTitle],
  template: `
    <h2 mat-dialog-title class="any-line">{{ texts.roles.heading(question.user) }}</h2>
    <mat-dialog-content>
      <form id="roles-form" (submit)="submit($event, roles.value)">
        <div class="field">
          <label for="roles">{{ texts.roles.label }}</label>
          <input
            #roles
            id="roles"
            class="input"
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
            cdkFocusInitial
            aria-describedby="roles-hint"
            [value]="question.roles.join(', ')"
            [attr.aria-invalid]="invalid() || null"
          />
          <p id="roles-hint" role="status" [class.error]="invalid()" [class.hint]="!invalid()">
            {{ invalid() ? texts.bad : texts.roles.hint }}
          </p>
        </div>
      </form>
    </mat-dialog-content>
    <mat-dialog-actions>
      <button type="button" class="button button-quiet" mat-dialog-close>{{ texts.cancel }}</button>
      <button type="submit" form="roles-form" class="button button-primary">{{ texts.roles.submit }}</button>
    </mat-dialog-actions>
  `,
  styleUrl: '../ui/form-dialog.scss',
})
export class RolesDialog {
  private readonly dialog = inject<MatDialogRef<RolesDialog, string[]>>(MatDialogRef);
  protected readonly question = inject<RolesQuestion>(MAT_DIALOG_DATA);
  protected readonly texts = { roles: rolesTexts, bad: newUserTexts.badRoles, cancel: actionTexts.cancel } as const;
  protected readonly invalid = signal(false);

  protected submit(event: Event, typed: string): void {
    event.preventDefault();
    const roles = rolesOf(typed);
    this.invalid.set(roles === undefined);
    if (roles !== undefined) this.dialog.close(roles);
  }
}
