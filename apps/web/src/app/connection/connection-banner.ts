import { Component, computed, effect, signal, untracked } from '@angular/core';
import { injectUsher } from '@usher/angular';
import { bannerTexts } from '../texts/connection.ts';
import { shellTexts } from '../texts/shell.ts';
import { Icon } from '../ui/icon.ts';
import { SupportCode } from '../ui/support-code.ts';
import { injectNow } from '../ui/environment.ts';
import { bannerReceipt, bannerText } from './banner-text.ts';

/** How long "Connected again" is shown (ms). */
const backMs = 2_500;

/** Shows connection problems above the page content. It overlays the page, so that nothing moves when it appears or disappears. */
@Component({
  selector: 'app-connection-banner',
  imports: [Icon, SupportCode],
  host: { role: 'region', 'aria-label': shellTexts.connectionState },
  templateUrl: './connection-banner.html',
  styleUrl: './connection-banner.scss',
})
export class ConnectionBanner {
  private readonly usher = injectUsher();
  private readonly now = injectNow(250);
  private readonly backUntil = signal(0);

  protected readonly texts = bannerTexts;
  protected readonly text = computed(() => bannerText(this.usher.state(), this.now()));
  protected readonly receipt = computed(() => bannerReceipt(this.usher.state()));
  protected readonly back = computed(() => this.text() === undefined && this.now() < this.backUntil());
  /** The announcement for screen readers, without the countdown. */
  protected readonly announcement = computed(() => (this.back() ? bannerTexts.back : (this.text()?.what ?? '')));

  constructor() {
    let away = false;
    effect(() => {
      const shown = this.text() !== undefined;
      if (away && !shown && untracked(this.usher.state).name === 'open') this.backUntil.set(Date.now() + backMs);
      away = shown;
    });
  }

  protected act(): void {
    if (this.text()?.action === 'connect') this.usher.socket.connect();
    else this.usher.socket.retryNow();
  }
}
