import { Component, input } from '@angular/core';
import { explainTexts } from '../texts/explain.ts';
import type { Explanation } from './explanation.ts';

/** Explains a rejection reason or a close: its meaning, its usual cause and how to fix it. */
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
  /** Undefined if there is none. */
  readonly explanation = input.required<Explanation | undefined>();
  protected readonly texts = explainTexts;
}
