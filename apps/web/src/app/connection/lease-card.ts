import { Component, computed } from '@angular/core';
import { injectUsher } from '@usher/angular';
import { connectionTexts } from '../texts/connection.ts';
import { injectNow } from '../ui/environment.ts';
import { durationOf } from './format.ts';

/** Counts down the lease of the connection; a renewal resets it. */
@Component({
  selector: 'app-lease-card',
  host: { class: 'card' },
  template: `
    <h2>{{ texts.lease }}</h2>
    <p class="figure">{{ left() }}</p>
    <p class="hint">{{ open() ? texts.leaseHint : texts.leaseNone }}</p>
  `,
})
export class LeaseCard {
  private readonly usher = injectUsher();
  private readonly now = injectNow(1_000);

  protected readonly texts = connectionTexts;
  protected readonly open = computed(() => this.usher.state().name === 'open');
  protected readonly left = computed(() => {
    const lease = this.usher.welcome()?.lease;
    return !this.open() || lease === undefined ? '–' : durationOf(lease * 1_000 - this.now());
  });
}
