import { Component, inject } from '@angular/core';
import { wheneverOpen } from '../connection/whenever-open.ts';
import { NotifyCard } from '../notify/notify-card.ts';
import { settingsTexts } from '../texts/settings.ts';
import { Page } from '../ui/page.ts';
import { AppearanceCard } from './appearance-card.ts';
import { Devices } from './devices.ts';
import { DevicesCard } from './devices-card.ts';
import { PasswordCard } from './password-card.ts';

/** What a person decides for themselves: where they stay signed in, with which password, and how it looks. */
@Component({
  selector: 'app-settings-page',
  imports: [AppearanceCard, DevicesCard, NotifyCard, Page, PasswordCard],
  providers: [Devices],
  template: `
    <app-page [heading]="texts.heading" [lead]="texts.lead">
      <app-devices-card />
      <app-password-card />
      <app-notify-card />
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
  protected readonly texts = settingsTexts;

  constructor() {
    const devices = inject(Devices);
    void devices.load();
    // The list counts open connections, and this one is among them.
    wheneverOpen(() => void devices.load());
  }
}
