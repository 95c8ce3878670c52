import { Component, computed, input } from '@angular/core';
import { consoleTexts } from '../../texts/operator.ts';
import type { PagedQuery } from '../data/paged-query.ts';
import { countOf } from './format.ts';
import { Placeholders } from './placeholders.ts';
import { Notes } from './notes.ts';

/** The part of a query that the list uses. */
type ListQuery = Pick<
  PagedQuery<never, unknown>,
  'items' | 'error' | 'state' | 'total' | 'missing' | 'hasMore' | 'newer' | 'reload' | 'more'
>;

/**
 * The result of a paged query: its total, a button for new entries, notices, the rows, and a button for the next page. The rows are its
 * content; `beside` is shown beside the total, `empty` if there are no rows, and `instead` in place of everything below the total.
 */
@Component({
  selector: 'app-query-list',
  imports: [Placeholders, Notes],
  template: `
    @if (total() !== undefined || query().newer() > 0) {
      <div class="bar">
        <p class="count" role="status">{{ total() }}</p>
        @if (query().newer() > 0 && !replaced()) {
          <button type="button" class="button button-primary button-small" (click)="query().reload()">
            {{ texts.newer(query().newer()) }}
          </button>
        }
        <ng-content select="[beside]" />
      </div>
    }
    @if (replaced()) {
      <ng-content select="[instead]" />
    } @else {
      <app-notes [error]="query().error()" [missing]="query().missing()" (again)="query().reload()" />
      @if (query().items(); as items) {
        @if (items.length > 0) {
          <ng-content />
          <div class="foot">
            <p class="hint" role="status">{{ shown() }}</p>
            @if (query().hasMore()) {
              <button
                type="button"
                class="button button-plain"
                [attr.aria-disabled]="isBusy()"
                (click)="query().more()"
              >
                {{ isBusy() ? texts.loading : texts.more }}
              </button>
            }
          </div>
        } @else {
          <ng-content select="[empty]" />
        }
      } @else if (!query().error()) {
        <app-placeholders [rows]="7" />
      }
    }
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: var(--s4);
    }

    .bar {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: var(--s2) var(--s3);
      min-block-size: 2.5rem;
    }

    .count,
    .hint {
      color: var(--ink-2);
      font-size: var(--t-s);
      font-variant-numeric: tabular-nums;
    }

    .foot {
      display: grid;
      justify-items: center;
      gap: var(--s2);
      padding-block: var(--s2);
    }
  `,
})
export class QueryList {
  readonly query = input.required<ListQuery>();
  /** The total in words; absent for a list without one. */
  readonly total = input<string>();
  /** Whether `instead` is shown. */
  readonly replaced = input(false);
  protected readonly texts = consoleTexts;
  protected readonly isBusy = computed(() => this.query().state() === 'more');
  protected readonly shown = computed(() => {
    const total = this.query().total();
    const shown = this.query().items()?.length ?? 0;
    return total === undefined ? '' : consoleTexts.shown(countOf(shown), countOf(Math.max(total, shown)));
  });
}
