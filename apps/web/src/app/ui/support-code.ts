import { Component, input } from '@angular/core';
import { supportTexts } from '../texts/support.ts';

/** The receipt of a refused attempt, which a person can give to an operator. A click selects it. */
@Component({
  selector: 'app-support-code',
  template: `{{ texts.code }} <code data-testid="receipt">{{ receipt() }}</code>`,
  styles: `
    :host {
      display: inline-block;
      font-size: var(--t-s);
    }

    code {
      font: 600 1em / 1.3 var(--mono);
      letter-spacing: 0.04em;
      white-space: nowrap;
      user-select: all;
    }
  `,
})
export class SupportCode {
  readonly receipt = input.required<string>();
  protected readonly texts = supportTexts;
}
