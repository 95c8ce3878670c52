import { Component } from '@angular/core';
import { texts } from '../texts.ts';
import { Page } from '../ui/page.ts';
import { AppearanceCard } from './appearance-card.ts';

/** What a person decides for themselves: where they stay signed in, with which password, and how it looks. */
@Component({
  selector: 'app-settings-page',
  imports: [AppearanceCard, Page],
  template: `
    <app-page [heading]="texts.heading" [lead]="texts.lead">
      <app-appearance-card />
    </app-page>
  `,
  styles: `
    :host {
      --column: 48rem;

      display: block;
    }
  `,
})
export class SettingsPage {
  protected readonly texts = texts.settings;
}
