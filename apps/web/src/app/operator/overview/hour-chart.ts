import {
  Component,
  DOCUMENT,
  DestroyRef,
  ElementRef,
  ViewEncapsulation,
  afterNextRender,
  effect,
  inject,
  input,
  output,
  signal,
} from '@angular/core';
import type uPlot from 'uplot';
import { Theme } from '../../settings/theme.ts';
import { language } from '../../texts/language.ts';
import { LoadFailure } from '../../ui/load-failure.ts';
import { rateOf } from '../ui/format.ts';

const height = 104;
const clock = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** A line chart of one value over the last hour. The parent provides the text alternative. The library is loaded with the first chart. */
@Component({
  selector: 'app-hour-chart',
  template: '',
  styleUrl: './hour-chart.scss',
  // The library creates its own elements.
  encapsulation: ViewEncapsulation.None,
})
export class HourChart {
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private readonly window = inject(DOCUMENT).defaultView;
  private readonly failure = inject(LoadFailure);
  private readonly plot = signal<uPlot | undefined>(undefined);
  private destroyed = false;

  /** Unix ms of each value. */
  readonly times = input.required<readonly number[]>();
  readonly values = input.required<readonly (number | null)[]>();
  /** The index under the pointer; `undefined` when the pointer leaves. */
  readonly hover = output<number | undefined>();

  constructor() {
    const theme = inject(Theme).choice;
    effect(() => {
      this.plot()?.setData([this.times().map((at) => at / 1_000), [...this.values()]]);
    });
    effect(() => {
      theme();
      this.repaint();
    });
    const dark = this.window?.matchMedia('(prefers-color-scheme: dark)');
    const repaint = (): void => {
      this.repaint();
    };
    dark?.addEventListener('change', repaint);
    // With reduced motion, every property has a transition of 0.01 ms (`_base.scss`), so the next frame still has the old colors.
    this.host.addEventListener('transitionend', repaint);
    const sizes = new ResizeObserver(() => {
      this.plot()?.setSize({ width: this.host.clientWidth, height });
    });
    inject(DestroyRef).onDestroy(() => {
      this.destroyed = true;
      sizes.disconnect();
      dark?.removeEventListener('change', repaint);
      this.plot()?.destroy();
    });
    afterNextRender(() => {
      sizes.observe(this.host);
      void this.create();
    });
  }

  private async create(): Promise<void> {
    try {
      const { default: UPlot } = await import('uplot');
      if (!this.destroyed) this.plot.set(new UPlot(this.options(), [[], []], this.host));
    } catch (error) {
      await this.failure.report(error);
    }
  }

  /** The colors are read again when the theme has been applied. */
  private repaint(): void {
    this.window?.requestAnimationFrame(() => this.plot()?.redraw(false, true));
  }

  private options(): uPlot.Options {
    const color = (name: 'color' | 'borderTopColor' | 'outlineColor'): string =>
      this.window?.getComputedStyle(this.host)[name] ?? '';
    const axis: uPlot.Axis = {
      stroke: () => color('outlineColor'),
      font: `11px ${this.window?.getComputedStyle(this.host).fontFamily ?? ''}`,
      ticks: { show: false },
      grid: { stroke: () => color('borderTopColor'), width: 1 },
    };
    return {
      width: this.host.clientWidth,
      height,
      padding: [8, 8, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false }, sync: { key: 'hour' } },
      scales: { y: { range: (_, __, most) => [0, Math.max(most * 1.1, 1)] } },
      axes: [
        {
          ...axis,
          size: 26,
          gap: 8,
          space: 70,
          // Whole minutes, in seconds.
          incrs: [60, 120, 300, 600, 900, 1_800],
          grid: { show: false },
          values: (_, splits) => splits.map((at) => clock.format(at * 1_000)),
        },
        { ...axis, size: 42, gap: 6, space: 34, values: (_, splits) => splits.map((value) => rateOf(value)) },
      ],
      series: [{}, { stroke: () => color('color'), width: 1.75 }],
      hooks: {
        setCursor: [
          ({ cursor: { idx } }) => {
            this.hover.emit(idx ?? undefined);
          },
        ],
      },
    };
  }
}
