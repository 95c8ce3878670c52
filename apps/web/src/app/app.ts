import { Component, DOCUMENT, Injector, afterNextRender, inject } from '@angular/core';
import { NavigationEnd, Router, RouterOutlet } from '@angular/router';
import { filter, take } from 'rxjs';
import { replacePrerendered } from './session/prerendered.ts';
import { Theme } from './settings/theme.ts';
import { appTexts } from './texts/shell.ts';
import { LoadNotice } from './ui/load-notice.ts';

@Component({
  selector: 'app-root',
  imports: [LoadNotice, RouterOutlet],
  template: `
    <a class="skip" href="#content" (click)="skip($event)">{{ texts.skip }}</a>
    <router-outlet />
    <app-load-notice />
  `,
  styles: `
    :host {
      display: block;
    }

    .skip {
      position: fixed;
      z-index: 10;
      inset-block-start: calc(var(--s2) + var(--safe-top));
      inset-inline-start: var(--s2);
      padding: var(--s2) var(--s4);
      border-radius: var(--r2);
      background: var(--accent);
      color: var(--on-accent);
      font-weight: 600;
      translate: 0 -200%;

      &:focus-visible {
        translate: none;
      }
    }
  `,
})
export class App {
  private readonly document = inject(DOCUMENT);
  protected readonly texts = appTexts;

  constructor() {
    // Injected here so that the theme is applied on every page.
    inject(Theme);
    this.showOwnPage();
  }

  /** Removes the prerendered form once the first page is rendered, even if that is not the sign-in page, which replaces the form itself. */
  private showOwnPage(): void {
    const injector = inject(Injector);
    inject(Router)
      .events.pipe(
        filter((event) => event instanceof NavigationEnd),
        take(1),
      )
      .subscribe(() => {
        afterNextRender(() => replacePrerendered(this.document), { injector });
      });
  }

  /** Moves the focus without navigation: with a base URL, the link `#content` would lead to another page. */
  protected skip(event: Event): void {
    event.preventDefault();
    this.document.getElementById('content')?.focus();
  }
}
