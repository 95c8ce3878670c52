import { Component, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Icon } from '../../ui/icon.ts';

/** A link to the list that a page belongs to. */
@Component({
  selector: 'app-back-link',
  imports: [Icon, RouterLink],
  template: `<a [routerLink]="path()"><app-icon name="back" [size]="16" />{{ text() }}</a>`,
  styles: `
    :host {
      display: block;
    }

    a {
      display: inline-flex;
      align-items: center;
      gap: var(--s1);
      min-block-size: 1.75rem;
      font-size: var(--t-s);
      font-weight: 600;
      text-decoration: none;

      &:hover {
        text-decoration: underline;
      }
    }
  `,
})
export class BackLink {
  readonly path = input.required<string>();
  readonly text = input.required<string>();
}
