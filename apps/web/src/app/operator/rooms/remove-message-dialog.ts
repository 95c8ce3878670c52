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
import { removeMessageTexts } from '../../texts/operator-rooms.ts';

/** Asks which message of a room to remove. Its data is the title of the room; closes with the number of the message. */
@Component({
  selector: 'app-remove-message-dialog',
  imports: [MatDialogActions, MatDialogClose, MatDialogContent, MatDialogTitle],
  template: `
    <h2 mat-dialog-title class="any-line">{{ texts.heading(title) }}</h2>
    <mat-dialog-content>
      <form id="message-form" (submit)="submit($event, message.value)">
        <div class="field">
          <label for="message-number">{{ texts.label }}</label>
          <input
            #message
            id="message-number"
            class="input"
            autocomplete="off"
            spellcheck="false"
            cdkFocusInitial
            aria-describedby="message-number-hint"
            [attr.aria-invalid]="invalid() || null"
          />
          <p
            id="message-number-hint"
            role="status"
            class="any-line"
            [class.error]="invalid()"
            [class.hint]="!invalid()"
          >
            {{ invalid() ? texts.invalid : texts.hint }}
          </p>
        </div>
      </form>
    </mat-dialog-content>
    <mat-dialog-actions>
      <button type="button" class="button button-quiet" mat-dialog-close>{{ cancel }}</button>
      <button type="submit" form="message-form" class="button button-primary">{{ texts.next }}</button>
    </mat-dialog-actions>
  `,
  styleUrl: '../ui/form-dialog.scss',
})
export class RemoveMessageDialog {
  private readonly dialog = inject<MatDialogRef<RemoveMessageDialog, number>>(MatDialogRef);
  protected readonly title = inject<string>(MAT_DIALOG_DATA);
  protected readonly texts = removeMessageTexts;
  protected readonly cancel = actionTexts.cancel;
  protected readonly invalid = signal(false);

  protected submit(event: Event, typed: string): void {
    event.preventDefault();
    const seq = messageNumberOf(typed);
    this.invalid.set(seq === undefined);
    if (seq !== undefined) this.dialog.close(seq);
  }
}

/** Reads the number of a message from a text, or from a link to the message (`…/rooms/general?at=42`). */
export function messageNumberOf(typed: string): number | undefined {
  const [, digits] = /^(?:.*[?&]at=)?#?(\d{1,15})$/.exec(typed.trim()) ?? [];
  const seq = Number(digits);
  return Number.isSafeInteger(seq) && seq > 0 ? seq : undefined;
}
