import { Component, computed, input } from '@angular/core';
import { explainTexts } from '../texts/explanations.ts';
import { explanationOf } from './explanation.ts';

/** Explains a rejection reason or a close: what it means, its usual cause and what to change. */
@Component({
  selector: 'app-explanation',
  template: `
    @if (explanation(); as explanation) {
      <dl>
        <div>
          <dt>{{ texts.means }}</dt>
          <dd>{{ explanation.means }}</dd>
        </div>
        <div>
          <dt>{{ texts.cause }}</dt>
          <dd>{{ explanation.cause }}</dd>
        </div>
        <div>
          <dt>{{ texts.fix }}</dt>
          <dd>{{ explanation.fix }}</dd>
        </div>
      </dl>
    } @else {
      <p>{{ texts.none }}</p>
    }
  `,
  styles: `
    :host {
      display: block;
      font-size: var(--t-s);
    }

    dl {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(min(15rem, 100%), 1fr));
      gap: var(--s3) var(--s5);
    }

    dt {
      color: var(--ink-2);
      font-weight: 600;
    }

    dd {
      color: var(--ink);
      text-wrap: pretty;
    }
  `,
})
export class ExplanationCard {
  readonly reason = input.required<string>();
  protected readonly texts = explainTexts;
  protected readonly explanation = computed(() => explanationOf(this.reason()));
}
