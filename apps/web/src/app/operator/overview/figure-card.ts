import { Component, computed, input, signal } from '@angular/core';
import type { OverviewHistory } from '@usher/operator-api';
import { overviewTexts } from '../../texts/operator-overview.ts';
import { stampOf } from '../ui/format.ts';
import { HourChart } from './hour-chart.ts';

/** One figure with its chart of the last hour. The chart has a text alternative. */
@Component({
  selector: 'app-figure-card',
  imports: [HourChart],
  host: { class: 'card' },
  template: `
    <h2>{{ name() }}</h2>
    <p class="figure">
      <span>{{ hovered()?.value ?? current() }}</span>
      <span class="hint">{{ hovered()?.time ?? detail() }}</span>
    </p>
    <div role="img" [attr.aria-label]="summary()">
      @if (history(); as history) {
        <app-hour-chart [times]="times()" [values]="history.values" (hover)="index.set($event)" />
      } @else {
        <div class="skeleton"></div>
      }
    </div>
  `,
  styles: `
    :host {
      gap: var(--s1);
      padding-block-end: var(--s3);
    }

    .figure {
      align-items: baseline;
      justify-content: space-between;
      white-space: nowrap;
    }

    .hint {
      overflow: hidden;
      font-weight: 400;
      letter-spacing: 0;
      text-overflow: ellipsis;
    }

    .skeleton {
      block-size: 6.5rem;
    }
  `,
})
export class FigureCard {
  readonly name = input.required<string>();
  /** The current value as a text. */
  readonly current = input.required<string>();
  /** A note beside the value. */
  readonly detail = input('');
  readonly history = input<
    Pick<OverviewHistory, 'from' | 'stepMs'> & { readonly values: readonly (number | null)[] }
  >();
  readonly format = input.required<(value: number) => string>();

  protected readonly index = signal<number | undefined>(undefined);
  protected readonly times = computed(() => {
    const history = this.history();
    return history === undefined ? [] : history.values.map((_, step) => history.from + step * history.stepMs);
  });
  /** The value under the pointer. */
  protected readonly hovered = computed(() => {
    const index = this.index();
    const value = index === undefined ? undefined : this.history()?.values[index];
    const at = index === undefined ? undefined : this.times()[index];
    if (value === undefined || value === null || at === undefined) return undefined;
    return { value: this.format()(value), time: stampOf(at, Date.now()) };
  });
  protected readonly summary = computed(() => {
    const values = this.history()?.values.filter((value) => value !== null) ?? [];
    if (values.length === 0) return overviewTexts.noChart(this.name());
    const format = this.format();
    return overviewTexts.chart(this.name(), this.current(), format(Math.min(...values)), format(Math.max(...values)));
  });
}
