import { Component, computed, input, output } from '@angular/core';
import { consoleTexts } from '../../texts/operator.ts';
import { countOf } from './format.ts';

/** The end of a paged list: how many entries are shown, and a button that loads the next page. */
@Component({
  selector: 'app-list-foot',
  template: `
    @if (shown() > 0) {
      <p class="hint" role="status">{{ words() }}</p>
      @if (hasMore()) {
        <button type="button" class="button button-plain" [attr.aria-disabled]="busy()" (click)="more.emit()">
          {{ busy() ? texts.loading : texts.more }}
        </button>
      }
    }
  `,
  styles: `
    :host {
      display: grid;
      justify-items: center;
      gap: var(--s2);
      padding-block: var(--s2);
    }

    .hint {
      color: var(--ink-3);
      font-size: var(--t-s);
      font-variant-numeric: tabular-nums;
    }
  `,
})
export class ListFoot {
  readonly shown = input.required<number>();
  readonly total = input<number>();
  readonly hasMore = input.required<boolean>();
  readonly busy = input(false);
  readonly more = output();
  protected readonly texts = consoleTexts;
  protected readonly words = computed(() => {
    const total = this.total();
    return total === undefined ? '' : consoleTexts.shown(countOf(this.shown()), countOf(Math.max(total, this.shown())));
  });
}
