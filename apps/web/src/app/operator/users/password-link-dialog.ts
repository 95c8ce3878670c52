import { Component, inject, signal } from '@angular/core';
import {
  MAT_DIALOG_DATA,
  MatDialogActions,
  MatDialogClose,
  MatDialogContent,
  MatDialogTitle,
} from '@angular/material/dialog';
import type { PasswordLink } from '@usher/operator-api';
import { errorText } from '../../session/http-errors.ts';
import { actionTexts } from '../../texts/operator.ts';
import { linkTexts, userTexts } from '../../texts/operator-users.ts';
import { Icon } from '../../ui/icon.ts';
import { OperatorActions } from '../data/actions.ts';
import { stampOf } from '../ui/format.ts';
import { Secret } from '../ui/secret.ts';

/** Asks, creates a link that sets a new password, and shows it once. Its data is the user name. */
@Component({
  selector: 'app-password-link-dialog',
  imports: [Icon, MatDialogActions, MatDialogClose, MatDialogContent, MatDialogTitle, Secret],
  template: `
    @if (link(); as link) {
      <h2 mat-dialog-title class="any-line">{{ texts.link.heading(user) }}</h2>
      <mat-dialog-content>
        <p>{{ texts.link.text(until(link.expires)) }}</p>
        <app-secret [label]="texts.link.label" [value]="link.url" />
      </mat-dialog-content>
      <mat-dialog-actions>
        <button type="button" class="button button-plain" mat-dialog-close>{{ texts.link.done }}</button>
      </mat-dialog-actions>
    } @else {
      <h2 mat-dialog-title class="any-line">{{ texts.question.heading(user) }}</h2>
      <mat-dialog-content>
        <p>{{ texts.question.text }}</p>
        @if (failure(); as failure) {
          <p class="notice notice-danger" role="alert"><app-icon name="alert" [size]="18" />{{ failure }}</p>
        }
      </mat-dialog-content>
      <mat-dialog-actions>
        <button type="button" class="button button-quiet" mat-dialog-close>{{ texts.action.cancel }}</button>
        <button type="button" class="button button-primary" [attr.aria-disabled]="busy()" (click)="create()">
          {{ texts.question.yes }}
        </button>
      </mat-dialog-actions>
    }
  `,
  styleUrl: '../ui/form-dialog.scss',
})
export class PasswordLinkDialog {
  private readonly actions = inject(OperatorActions);
  protected readonly user = inject<string>(MAT_DIALOG_DATA);
  protected readonly texts = { link: linkTexts, question: userTexts.linkQuestion, action: actionTexts } as const;
  protected readonly busy = signal(false);
  protected readonly failure = signal<string | undefined>(undefined);
  protected readonly link = signal<PasswordLink | undefined>(undefined);

  protected async create(): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    this.failure.set(undefined);
    try {
      this.link.set(await this.actions.createPasswordLink(this.user));
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
