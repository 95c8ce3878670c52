import { Component, input } from '@angular/core';
import { Icon, type IconName } from '../../ui/icon.ts';

/** The placeholder of an empty list: explains its content and how to add the first entry. */
@Component({
  selector: 'app-empty-list',
  imports: [Icon],
  template: `
    <span class="mark"><app-icon [name]="icon()" [size]="28" /></span>
    <h2>{{ heading() }}</h2>
    <p>{{ hint() }}</p>
    <ng-content />
  `,
  styles: `
    :host {
      display: grid;
      justify-items: center;
      gap: var(--s2);
      padding: var(--s8) var(--s4);
      text-align: center;
    }

    .mark {
      display: grid;
      place-items: center;
      inline-size: 3.5rem;
      block-size: 3.5rem;
      margin-block-end: var(--s2);
      border-radius: var(--r4);
      background: var(--accent-soft);
      color: var(--accent);
    }

    h2 {
      font-size: var(--t-l);
    }

    p {
      max-inline-size: 32rem;
      color: var(--ink-2);
      text-wrap: balance;
    }
  `,
})
export class EmptyList {
  readonly icon = input.required<IconName>();
  readonly heading = input.required<string>();
  readonly hint = input.required<string>();
}
