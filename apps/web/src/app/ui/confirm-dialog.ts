import { Component, inject } from '@angular/core';
import {
  MAT_DIALOG_DATA,
  MatDialogActions,
  MatDialogClose,
  MatDialogContent,
  MatDialogTitle,
} from '@angular/material/dialog';
import { confirmTexts } from '../texts/shell.ts';

/** The question before an action that cannot be undone. */
export interface Question {
  readonly heading: string;
  readonly text: string;
  /** The label of the button that confirms. */
  readonly yes: string;
}

/** Asks for confirmation. Closes with true, or with undefined. The focus starts on the button that cancels. */
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
