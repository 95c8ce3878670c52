import { Component, computed, input, output } from '@angular/core';
import { consoleTexts } from '../../texts/operator.ts';
import { Icon } from '../../ui/icon.ts';
import { queryErrorText } from '../data/query-errors.ts';

/** Notices above the result of a query: an error, and the nodes that did not respond. */
@Component({
  selector: 'app-notes',
  imports: [Icon],
  template: `
    @if (error(); as error) {
      <p class="notice notice-danger" role="alert">
        <app-icon name="alert" [size]="18" />
        <span>
          {{ text(error) }}
          <button type="button" class="link" (click)="again.emit()">{{ texts.reload }}</button>
        </span>
      </p>
    }
    @if (nodes(); as nodes) {
      <p class="notice notice-warn" role="status">
        <app-icon name="alert" [size]="18" /><span>{{ texts.missing(nodes) }}</span>
      </p>
    }
  `,
  styles: `
    :host {
      display: grid;
      gap: var(--s2);
    }

    :host:not(:has(.notice)) {
      display: none;
    }
  `,
})
export class Notes {
  readonly error = input<unknown>();
  readonly missing = input<readonly string[]>([]);
  readonly again = output();
  protected readonly texts = consoleTexts;
  protected readonly nodes = computed(() => this.missing().join(', '));
  protected readonly text = queryErrorText;
}
