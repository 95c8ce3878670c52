import { Component, input } from '@angular/core';
import { consoleTexts } from '../../texts/operator.ts';

/** Placeholders of rows that are being loaded. */
@Component({
  selector: 'app-placeholders',
  template: `
    <span class="sr-only" role="status">{{ texts.loading }}</span>
    @for (width of widths().slice(0, rows()); track $index) {
      <span class="placeholder" aria-hidden="true">
        <span class="skeleton" [style.inline-size.%]="width"></span>
        <span class="skeleton thin" [style.inline-size.%]="width + 24"></span>
      </span>
    }
  `,
  styles: `
    :host {
      display: grid;
    }

    .placeholder {
      display: grid;
      gap: var(--s2);
      align-content: center;
      min-block-size: 4rem;
    }

    .skeleton {
      block-size: 0.875rem;
    }

    .thin {
      block-size: 0.625rem;
    }
  `,
})
export class Placeholders {
  readonly rows = input(5);
  protected readonly widths = () => [38, 52, 31, 46, 35, 50, 29, 42];
  protected readonly texts = consoleTexts;
}
