import { Component, computed, inject, signal } from '@angular/core';
import type { Refusal } from '@usher/operator-api';
import { consoleTexts } from '../../texts/operator.ts';
import { refusalsTexts } from '../../texts/operator-refusals.ts';
import { injectNow } from '../../ui/environment.ts';
import { OperatorSocket } from '../data/operator-socket.ts';
import { PagedQuery } from '../data/paged-query.ts';
import { injectUrlFilter } from '../data/url-filter.ts';
import { ExplanationCard } from '../../explain/explanation-card.ts';
import { explanationOf, titleOf } from '../../explain/explanation.ts';
import { ReceiptForm } from '../ui/receipt-form.ts';
import { ConsolePage } from '../ui/console-page.ts';
import { FilterBar } from '../ui/filter-bar.ts';
import { countOf, isoOf, stampOf } from '../ui/format.ts';
import { QueryList } from '../ui/query-list.ts';
import { EmptyList } from '../ui/empty-list.ts';
import { RefusalFacts } from './refusal-facts.ts';
import { RefusalGroupList } from './refusal-group-list.ts';
import { groupFieldOf, refusalFields, refusalFilterNames, refusalQueryOf } from './refusals.ts';

/** The refused requests with their reasons: filtered, grouped and explained. */
@Component({
  selector: 'app-refusals-page',
  imports: [ConsolePage, ExplanationCard, FilterBar, QueryList, ReceiptForm, RefusalFacts, RefusalGroupList, EmptyList],
  templateUrl: './refusals-page.html',
  styleUrl: './refusals-page.scss',
})
export class RefusalsPage {
  private readonly socket = inject(OperatorSocket);
  protected readonly filter = injectUrlFilter(refusalFilterNames);
  protected readonly query = new PagedQuery({
    params: this.filter.values,
    load: async (filter, cursor, signal) => {
      const params = { ...refusalQueryOf(filter), ...(cursor !== undefined && { cursor }) };
      const { refusals, ...page } = await this.socket.request('refusals', params, { signal });
      return { items: refusals, ...page };
    },
    countNew: async (filter, [newest], signal) => {
      const query = refusalQueryOf(filter);
      const since = Math.max(query.since ?? 0, newest === undefined ? 0 : newest.at + 1);
      return (await this.socket.request('refusals', { ...query, since, limit: 1 }, { signal })).total;
    },
  });
  private readonly now = injectNow(10_000);

  protected readonly texts = { refusals: refusalsTexts, console: consoleTexts } as const;
  protected readonly fields = refusalFields;
  protected readonly views = ['reason', 'origin', 'address', 'user', 'node'] as const;
  protected readonly group = computed(() => groupFieldOf(this.filter.values()));
  protected readonly isFiltered = computed(() => this.fields.some(({ name }) => name in this.filter.values()));
  /** Explains the reason of the filter. */
  protected readonly explanation = computed(() => explanationOf(this.filter.values().reason));
  protected readonly total = computed(() => {
    const total = this.query.total();
    return total === undefined ? '' : refusalsTexts.total(total, countOf(total));
  });
  protected readonly rows = computed(() => this.query.items()?.map((refusal) => this.rowOf(refusal)));

  /** The refusals that are shown in full. */
  protected readonly unfolded = signal<ReadonlySet<Refusal>>(new Set());

  protected view(by: string): void {
    this.filter.change({ by });
  }

  protected toggle(refusal: Refusal, isOpen: boolean): void {
    this.unfolded.update((all) => new Set([...all].filter((each) => each !== refusal).concat(isOpen ? refusal : [])));
  }

  private rowOf(refusal: Refusal) {
    const { at, reason, kind, user, address, origin, node } = refusal;
    return {
      refusal,
      time: stampOf(at, this.now()),
      iso: isoOf(at),
      title: titleOf(reason),
      isReplay: reason === 'used',
      user: user ?? refusalsTexts.unknownUser,
      isKnown: user !== undefined,
      from: [refusalsTexts.kinds[kind], address, origin, node].filter((part) => part !== undefined).join(' · '),
    };
  }
}
