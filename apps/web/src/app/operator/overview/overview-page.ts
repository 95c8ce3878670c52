import { Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { Finding, NodeInfo, OverviewHistory } from '@usher/operator-api';
import { consoleTexts } from '../../texts/operator.ts';
import { overviewTexts } from '../../texts/operator-overview.ts';
import { injectNow } from '../../ui/environment.ts';
import { Icon } from '../../ui/icon.ts';
import { LiveQuery } from '../data/live-query.ts';
import { OperatorSocket } from '../data/operator-socket.ts';
import { injectUrlFilter } from '../data/url-filter.ts';
import { titleOf } from '../../explain/explanation.ts';
import { ReceiptForm } from '../ui/receipt-form.ts';
import { ConsolePage } from '../ui/console-page.ts';
import { agoOf, countOf, memoryOf, msOf, rateOf } from '../ui/format.ts';
import { Notes } from '../ui/notes.ts';
import { FigureCard } from './figure-card.ts';

/** How often the figures are queried, and the charts (ms). */
const figuresEveryMs = 2_000;
const chartsEveryMs = 15_000;
/** The minimum number of steps in a chart. */
const minSteps = 12;
/** The unit of memory in charts, in bytes. */
const megabyte = 1_000_000;

type FigureName = Exclude<keyof OverviewHistory, 'from' | 'stepMs'>;

const figures: readonly { readonly name: FigureName; readonly format: (value: number) => string }[] = [
  { name: 'connections', format: countOf },
  { name: 'connects', format: rateOf },
  { name: 'refusals', format: rateOf },
  { name: 'messages', format: rateOf },
  { name: 'deliveries', format: rateOf },
  { name: 'eventLoopDelayMs', format: msOf },
  { name: 'memoryBytes', format: (megabytes) => memoryOf(megabytes * megabyte) },
  { name: 'storeMs', format: msOf },
];

/** The current findings, and the figures of the last hour, for all nodes or for one. */
@Component({
  selector: 'app-overview-page',
  imports: [ConsolePage, FigureCard, Icon, Notes, ReceiptForm, RouterLink],
  templateUrl: './overview-page.html',
  styleUrl: './overview-page.scss',
})
export class OverviewPage {
  private readonly socket = inject(OperatorSocket);
  private readonly filter = injectUrlFilter(['node']);
  private readonly live = new LiveQuery(
    this.filter.values,
    (filter, signal) => this.socket.request('overview', filter, { signal }),
    figuresEveryMs,
  );
  private readonly charts = new LiveQuery(
    this.filter.values,
    (filter, signal) => this.socket.request('overview', { ...filter, history: true }, { signal }),
    chartsEveryMs,
  );
  private readonly now = injectNow(1_000);

  protected readonly texts = { overview: overviewTexts, console: consoleTexts } as const;
  protected readonly figures = figures;
  protected readonly format = { countOf, memoryOf, msOf, rateOf } as const;
  protected readonly title = titleOf;
  protected readonly node = computed(() => this.filter.values().node ?? '');
  protected readonly overview = this.live.value;
  protected readonly error = this.live.error;
  protected readonly nodes = computed(() => this.overview()?.nodes ?? []);
  protected readonly reasons = computed(() => {
    const reasons = this.overview()?.refusalsByReason ?? [];
    const most = Math.max(1, ...reasons.map(({ count }) => count));
    return reasons.map(({ reason, count }) => ({ reason, count, share: (100 * count) / most }));
  });
  private readonly histories = computed(() => {
    const history = this.charts.value()?.history;
    if (history === undefined) return {};
    const { from, stepMs } = history;
    // A server that has just started has measured only the end of the hour.
    const measured = history.connections.findIndex((value) => value !== null);
    const first = Math.max(0, Math.min(measured, history.connections.length - minSteps));
    const start = from + first * stepMs;
    return Object.fromEntries(
      figures.map(({ name }) => {
        const values = history[name].slice(first);
        const inUnit = (value: number | null) => (value === null ? null : value / megabyte);
        return [name, { from: start, stepMs, values: name === 'memoryBytes' ? values.map(inUnit) : values }];
      }),
    );
  });

  protected historyOf(name: FigureName) {
    const histories: Partial<ReturnType<typeof this.histories>> = this.histories();
    return histories[name];
  }

  protected valueOf(name: FigureName, format: (value: number) => string): string {
    const overview = this.overview();
    if (overview === undefined) return consoleTexts.none;
    // For several nodes, the figure is that of the slowest.
    if (name === 'eventLoopDelayMs')
      return format(Math.max(0, ...this.shownNodes().map((node) => node.eventLoopDelayMs)));
    if (name === 'storeMs') {
      const times = this.shownNodes().flatMap(({ storeMs }) => storeMs ?? []);
      return times.length === 0 ? consoleTexts.none : format(Math.max(...times));
    }
    if (name === 'memoryBytes')
      return format(this.shownNodes().reduce((sum, node) => sum + node.memoryBytes, 0) / megabyte);
    return format(overview[name]);
  }

  protected detailOf(name: FigureName): string {
    const overview = this.overview();
    return overview === undefined || name !== 'connections'
      ? ''
      : overviewTexts.users(overview.users, countOf(overview.users));
  }

  protected ago({ since }: Finding): string {
    return since === undefined ? '' : overviewTexts.since(agoOf(since, this.now()));
  }

  protected choose(node: string): void {
    this.filter.change({ node });
  }

  protected reload(): void {
    this.live.reload();
  }

  private shownNodes(): readonly NodeInfo[] {
    const node = this.node();
    return node === '' ? this.nodes() : this.nodes().filter((each) => each.node === node);
  }
}
