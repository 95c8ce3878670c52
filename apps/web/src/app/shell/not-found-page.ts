import { Component } from '@angular/core';
import { RouterLink } from '@angular/router';
import { focusAfterNavigation } from '../ui/focus.ts';
import { Icon } from '../ui/icon.ts';
import { notFoundTexts } from '../texts/shell.ts';
import { roomTexts } from '../texts/room.ts';

@Component({
  selector: 'app-not-found-page',
  imports: [Icon, RouterLink],
  template: `
    <div class="empty">
      <span class="mark"><app-icon name="ticket" [size]="30" /></span>
      <h1 id="page-heading" tabindex="-1">{{ texts.notFound.heading }}</h1>
      <p>{{ texts.notFound.text }}</p>
      <a class="button button-plain" routerLink="/">{{ texts.room.toRooms }}</a>
    </div>
  `,
  styleUrl: '../ui/empty.scss',
})
export class NotFoundPage {
  protected readonly texts = { notFound: notFoundTexts, room: roomTexts } as const;

  constructor() {
    focusAfterNavigation('page-heading');
  }
}
