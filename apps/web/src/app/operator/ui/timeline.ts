import { Component, computed, input } from '@angular/core';
import type { Step } from '@usher/operator-api';
import { attemptTexts } from '../../texts/operator-refusals.ts';
import { titleOf } from '../../explain/explanation.ts';
import { isoOf, spanOf, stampOf } from './format.ts';

/** The steps of a connection attempt, oldest first, with the time between them. */
@Component({
  selector: 'app-timeline',
  template: `
    <ol>
      @for (row of rows(); track $index) {
        <li [attr.data-tone]="row.tone">
          <span class="dot" aria-hidden="true"></span>
          <span class="what any-line">
            <span class="name">{{ row.name }}</span>
            @if (row.detail) {
              <span class="detail">{{ row.detail }}</span>
            }
          </span>
          <span class="when">
            <time [attr.datetime]="row.iso">{{ row.time }}</time>
            @if (row.after) {
              <span class="after">{{ row.after }}</span>
            }
          </span>
        </li>
      }
    </ol>
  `,
  styles: `
    :host {
      display: block;
    }

    li {
      --tone: var(--accent);

      position: relative;
      display: grid;
      grid-template-columns: auto minmax(0, 1fr) auto;
      gap: var(--s3);
      padding-block: var(--s2);

      &:not(:last-child)::before {
        content: '';
        position: absolute;
        inset-block: 1.75rem -0.375rem;
        inset-inline-start: calc(0.3125rem - 1px);
        inline-size: 2px;
        background: var(--line);
      }
    }

    [data-tone='bad'] {
      --tone: var(--danger);
    }

    [data-tone='quiet'] {
      --tone: var(--line-strong);
    }

    .dot {
      inline-size: 0.625rem;
      block-size: 0.625rem;
      margin-block-start: 0.4375rem;
      border-radius: var(--round);
      background: var(--tone);

      @media (forced-colors: active) {
        background: CanvasText;
        forced-color-adjust: none;
      }
    }

    .what {
      display: grid;
    }

    .name {
      font-weight: 600;
    }

    [data-tone='bad'] .name {
      color: var(--danger);
    }

    .detail,
    .when {
      color: var(--ink-3);
      font-size: var(--t-s);
    }

    .when {
      display: grid;
      justify-items: end;
      align-content: start;
      font-variant-numeric: tabular-nums;
    }
  `,
})
export class Timeline {
  readonly steps = input.required<readonly Step[]>();
  protected readonly rows = computed(() =>
    this.steps().map(({ at, step, room, code, reason }, index, all) => {
      const before = all[index - 1];
      const why = reason ?? code;
      return {
        name: attemptTexts[step],
        detail: [room, why === undefined ? undefined : titleOf(why), why]
          .filter((part) => part !== undefined)
          .join(' · '),
        tone: toneOf(step),
        time: stampOf(at, Date.now()),
        iso: isoOf(at),
        after: before === undefined ? '' : `+${spanOf(at - before.at)}`,
      };
    }),
  );
}

function toneOf(step: Step['step']): 'good' | 'bad' | 'quiet' {
  if (step.endsWith('_refused') || step === 'rate_limited') return 'bad';
  return step === 'closing' || step === 'closed' || step === 'left' ? 'quiet' : 'good';
}
