import { Component, type ElementRef, afterNextRender, input, viewChild } from '@angular/core';
import { RouterLink } from '@angular/router';
import { roomTexts } from '../texts/room.ts';
import { Icon } from './icon.ts';

/** The layout of a page beside the room list: a heading, a back link on phones, and a scrolling column of content. */
@Component({
  selector: 'app-page',
  imports: [Icon, RouterLink],
  template: `
    <header>
      <a class="icon-button back" routerLink="/" [attr.aria-label]="texts.back"><app-icon name="back" /></a>
      <h1 #title class="one-line" tabindex="-1">{{ heading() }}</h1>
      <p class="lead">{{ lead() }}</p>
    </header>
    <div class="scroller" tabindex="0" role="region" [attr.aria-label]="heading()">
      <div class="content"><ng-content /></div>
    </div>
  `,
  styleUrl: './page.scss',
})
export class Page {
  private readonly title = viewChild.required<ElementRef<HTMLElement>>('title');

  readonly heading = input.required<string>();
  readonly lead = input.required<string>();
  /** Whether the heading receives the focus after navigation; false if the page focuses another element. */
  readonly takesFocus = input(true);
  protected readonly texts = roomTexts;

  constructor() {
    // Keyboard and screen reader users start at the top of the new page.
    afterNextRender(() => {
      if (this.takesFocus()) this.title().nativeElement.focus();
    });
  }
}
