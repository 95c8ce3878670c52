import { Component, DOCUMENT, inject } from '@angular/core';
import { MatDialogActions, MatDialogClose, MatDialogContent, MatDialogTitle } from '@angular/material/dialog';
import { shortcutsTexts } from '../texts/shell.ts';
import { isApple } from '../ui/environment.ts';
import { ShortcutChoice } from './shortcut-choice.ts';

/** Lists the keyboard shortcuts. */
@Component({
  selector: 'app-shortcuts-dialog',
  imports: [MatDialogActions, MatDialogClose, MatDialogContent, MatDialogTitle],
  template: `
    <h2 mat-dialog-title>{{ texts.heading }}</h2>
    <mat-dialog-content>
      <dl>
        @for (entry of entries; track entry.text) {
          <div>
            <dt>{{ entry.text }}</dt>
            <dd>
              @for (key of entry.keys; track key) {
                <kbd>{{ key }}</kbd>
              }
            </dd>
          </div>
        }
      </dl>
      <label>
        <input
          #check
          class="checkbox"
          type="checkbox"
          [checked]="choice.single()"
          (change)="choice.choose(check.checked)"
        />
        {{ texts.single }}
      </label>
    </mat-dialog-content>
    <mat-dialog-actions>
      <button type="button" class="button button-plain" mat-dialog-close cdkFocusInitial>{{ texts.close }}</button>
    </mat-dialog-actions>
  `,
  styles: `
    dl > div {
      display: flex;
      align-items: center;
      justify-content: space-between;
      gap: var(--s4);
      min-block-size: 2.5rem;

      & + div {
        border-block-start: 1px solid var(--line);
      }
    }

    dt {
      color: var(--ink);
    }

    dd {
      display: flex;
      gap: var(--s1);
    }

    label {
      display: flex;
      align-items: center;
      gap: var(--s3);
      padding-block-start: var(--s4);
      font-size: var(--t-s);
      cursor: pointer;
    }
  `,
})
export class ShortcutsDialog {
  protected readonly texts = shortcutsTexts;
  protected readonly choice = inject(ShortcutChoice);
  protected readonly entries = entriesFor(isApple(inject(DOCUMENT).defaultView));
}

function entriesFor(apple: boolean) {
  const { keys, room, above, below, unreadAbove, unreadBelow, help } = shortcutsTexts;
  const alt = apple ? keys.option : keys.alt;
  return [
    { text: room, keys: [apple ? keys.command : keys.control, 'K'] },
    { text: above, keys: [alt, '↑'] },
    { text: below, keys: [alt, '↓'] },
    { text: unreadAbove, keys: [alt, keys.shift, '↑'] },
    { text: unreadBelow, keys: [alt, keys.shift, '↓'] },
    { text: help, keys: ['?'] },
  ];
}
