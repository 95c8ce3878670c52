import { Component, type ElementRef, afterNextRender, inject, input, viewChild } from '@angular/core';
import { Router } from '@angular/router';

/** The layout of a page of the console: a heading, optional actions beside it, and a column of content. */
@Component({
  selector: 'app-console-page',
  template: `
    <header>
      <h1 #title class="any-line" tabindex="-1">{{ heading() }}</h1>
      <div class="actions"><ng-content select="[actions]" /></div>
      @if (lead(); as lead) {
        <p class="lead">{{ lead }}</p>
      }
    </header>
    <div class="content"><ng-content /></div>
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: var(--s5);
      max-inline-size: 76rem;
      margin-inline: auto;
      padding: var(--s6) var(--s6) calc(var(--s8) + var(--safe-bottom));
    }

    header {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: var(--s1) var(--s3);
      min-block-size: 2.5rem;
    }

    h1 {
      flex: 1 1 8rem;
      font-size: var(--t-2xl);

      &:focus {
        outline: none;
      }
    }

    .actions {
      display: flex;
      flex-wrap: wrap;
      align-items: start;
      justify-content: end;
      gap: var(--s2) var(--s4);
      max-inline-size: 100%;

      &:empty {
        display: none;
      }
    }

    .lead {
      flex-basis: 100%;
      color: var(--ink-3);
      font-size: var(--t-s);
    }

    .content {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: var(--s4);
    }

    @media (max-width: 47.99rem) {
      :host {
        gap: var(--s4);
        padding: var(--s4) var(--s4) calc(var(--s6) + var(--safe-bottom));
      }

      header {
        row-gap: var(--s2);
      }

      h1 {
        font-size: var(--t-xl);
      }
    }

    /* A receipt form is on its own line, below the lead. */
    @media (max-width: 63.99rem) {
      .actions:has(app-receipt-form) {
        flex: 1 0 100%;
        order: 1;
        justify-content: start;
      }
    }
  `,
})
export class ConsolePage {
  private readonly title = viewChild.required<ElementRef<HTMLElement>>('title');
  readonly heading = input.required<string>();
  readonly lead = input<string>();

  constructor() {
    // At page load the first Tab leads to the skip link. Later, keyboard and screen reader users start at the top of the new page.
    const isPageLoad = inject(Router).lastSuccessfulNavigation() === null;
    afterNextRender(() => {
      if (!isPageLoad) this.title().nativeElement.focus();
    });
  }
}
