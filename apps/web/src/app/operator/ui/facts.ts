import { Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';

/** A property with its value, optionally a link. A fact without a value is not shown. */
export interface Fact {
  readonly name: string;
  readonly value: string | undefined;
  readonly link?: readonly string[];
  /** Whether the value is long. */
  readonly wide?: boolean;
  readonly query?: Readonly<Record<string, string | undefined>>;
}

/** A list of properties. */
@Component({
  selector: 'app-facts',
  imports: [RouterLink],
  template: `
    <dl>
      @for (fact of known(); track fact.name) {
        <div [class.wide]="fact.wide">
          <dt>{{ fact.name }}</dt>
          <dd class="any-line">
            @if (fact.link; as link) {
              <a [routerLink]="link" [queryParams]="fact.query">{{ fact.value }}</a>
            } @else {
              {{ fact.value }}
            }
          </dd>
        </div>
      }
    </dl>
  `,
  styles: `
    :host {
      display: block;
      font-size: var(--t-s);
    }

    dl {
      display: grid;
      grid-template-columns: repeat(auto-fill, minmax(min(12rem, 100%), 1fr));
      gap: var(--s3) var(--s5);
      padding-block-start: var(--s1);
    }

    dt {
      color: var(--ink-3);
    }

    dd {
      font-variant-numeric: tabular-nums;
    }

    .wide {
      grid-column: span 2;
    }

    @media (max-width: 47.99rem) {
      dl {
        grid-template-columns: repeat(2, minmax(0, 1fr));
      }
    }
  `,
})
export class Facts {
  readonly facts = input.required<readonly Fact[]>();
  protected readonly known = computed(() => this.facts().filter(({ value }) => value !== undefined));
}
