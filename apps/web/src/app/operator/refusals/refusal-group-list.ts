import { Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { refusalsTexts } from '../../texts/operator-refusals.ts';
import { injectNow } from '../../ui/environment.ts';
import { LiveQuery } from '../data/live-query.ts';
import { OperatorSocket } from '../data/operator-socket.ts';
import { explanationOf, titleOf } from '../../explain/explanation.ts';
import { agoOf, countOf } from '../ui/format.ts';
import { Placeholders } from '../ui/placeholders.ts';
import { Notes } from '../ui/notes.ts';
import { EmptyList } from '../ui/empty-list.ts';
import { type GroupField, type RefusalFilter, refusalQueryOf } from './refusals.ts';

const everyMs = 5_000;
const maxGroups = 100;

/** The refusals that match a filter, counted by one of their fields. A group leads to its refusals. */
@Component({
  selector: 'app-refusal-group-list',
  imports: [Placeholders, Notes, RouterLink, EmptyList],
  template: `
    <app-notes [error]="query.error()" [missing]="query.value()?.missing ?? []" (again)="query.reload()" />
    @if (groups(); as groups) {
      @if (groups.length === 0) {
        <app-empty-list icon="search" [heading]="texts.noMatch" [hint]="texts.noMatchHint" />
      } @else {
        <ul class="card">
          @for (group of groups; track group.value) {
            <li [class.replay]="group.isReplay">
              @if (group.query) {
                <a
                  routerLink="/admin/refusals"
                  queryParamsHandling="merge"
                  [queryParams]="group.query"
                  class="any-line"
                  >{{ group.title }}</a
                >
              } @else {
                <span class="any-line">{{ group.title }}</span>
              }
              <span class="bar" aria-hidden="true"><span [style.inline-size.%]="group.share"></span></span>
              <span class="count">{{ group.count }}</span>
              <span class="hint">{{ group.hint }}</span>
            </li>
          }
        </ul>
      }
    } @else if (!query.error()) {
      <app-placeholders />
    }
  `,
  styleUrl: './refusal-group-list.scss',
})
export class RefusalGroupList {
  private readonly socket = inject(OperatorSocket);
  private readonly now = injectNow(5_000);
  readonly by = input.required<GroupField>();
  readonly filter = input.required<RefusalFilter>();

  private readonly params = computed(() => ({ by: this.by(), filter: this.filter() }));
  protected readonly query = new LiveQuery(
    () => this.params(),
    ({ by, filter }, signal) =>
      this.socket.request('refusal_groups', { ...refusalQueryOf(filter), by, limit: maxGroups }, { signal }),
    everyMs,
  );
  protected readonly texts = refusalsTexts;
  protected readonly groups = computed(() => {
    const groups = this.query.value()?.groups;
    const by = this.by();
    const most = Math.max(1, ...(groups ?? []).map(({ count }) => count));
    return groups?.map(({ value, count, lastAt }) => ({
      value,
      title: value === undefined ? refusalsTexts.without[by] : by === 'reason' ? titleOf(value) : value,
      isReplay: by === 'reason' && value === 'used',
      query: value === undefined ? undefined : { [by]: value, by: null },
      count: countOf(count),
      share: (100 * count) / most,
      hint: [refusalsTexts.lastAt(agoOf(lastAt, this.now())), by === 'reason' ? explanationOf(value)?.means : undefined]
        .filter((part) => part !== undefined)
        .join(' · '),
    }));
  });
}
