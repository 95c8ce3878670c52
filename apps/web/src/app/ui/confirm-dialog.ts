import { Component, inject } from '@angular/core';
import {
  MAT_DIALOG_DATA,
  MatDialogActions,
  MatDialogClose,
  MatDialogContent,
  MatDialogTitle,
} from '@angular/material/dialog';
import { confirmTexts } from '../texts/confirm.ts';

/** What is asked before something that cannot be taken back. */
export interface Question {
  readonly heading: string;
  readonly text: string;
  /** The word on the button that does it. */
  readonly yes: string;
}

/** Asks whether to do it; closes with true, or with nothing. The focus begins on the button that does nothing. */
@Component({
  selector: 'app-confirm-dialog',
  imports: [MatDialogActions, MatDialogClose, MatDialogContent, MatDialogTitle],
  template: `
    <h2 mat-dialog-title class="any-line">{{ question.heading }}</h2>
    <mat-dialog-content
      ><p>{{ question.text }}</p></mat-dialog-content
    >
    <mat-dialog-actions>
      <button type="button" class="button button-quiet" mat-dialog-close>{{ texts.cancel }}</button>
      <button type="button" class="button button-danger" [mat-dialog-close]="true">{{ question.yes }}</button>
    </mat-dialog-actions>
  `,
})
export class ConfirmDialog {
  protected readonly texts = confirmTexts;
  protected readonly question = inject<Question>(MAT_DIALOG_DATA);
}
