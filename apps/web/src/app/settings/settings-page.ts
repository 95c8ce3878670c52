import { Component, inject } from '@angular/core';
import { onReconnect } from '../ui/on-reconnect.ts';
import { NotifyCard } from '../notify/notify-card.ts';
import { settingsTexts } from '../texts/settings.ts';
import { Page } from '../ui/page.ts';
import { AppearanceCard } from './appearance-card.ts';
import { Devices } from './devices.ts';
import { DevicesCard } from './devices-card.ts';
import { PasswordCard } from './password-card.ts';

/** The settings of the user: sessions, password, notifications and appearance. */
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
    // Loads again once connected, because the list counts open connections, including this one.
    onReconnect(() => void devices.load());
  }
}
