import { Component, inject } from '@angular/core';
import { notifyTexts } from '../texts/notify.ts';
import { Icon } from '../ui/icon.ts';
import { Notifier } from './notifier.ts';
import { NotifyChoice } from './notify-choice.ts';

/** Offers notifications to users who were mentioned while they were not looking at the page. */
@Component({
  selector: 'app-notify-offer',
  imports: [Icon],
  host: { role: 'status' },
  template: `
    @if (notifier.offered() && choice.isOpen()) {
      <div class="line">
        <app-icon name="bell" [size]="18" />
        <p>{{ texts.offer }}</p>
        <div class="buttons">
          <button type="button" class="button button-primary button-small" (click)="accept()">
            {{ texts.accept }}
          </button>
          <button type="button" class="button button-quiet button-small" (click)="decline()">
            {{ texts.decline }}
          </button>
        </div>
      </div>
    }
  `,
  styles: `
    :host {
      position: absolute;
      z-index: 2;
      inset-block-start: calc(4rem + var(--safe-top));
      inset-inline: 18.5rem 0;
      display: grid;
      justify-items: center;
      padding-inline: var(--s4);
      pointer-events: none;
    }

    .line {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: var(--s2) var(--s3);
      padding: var(--s2) var(--s2) var(--s2) var(--s4);
      border: 1px solid var(--line);
      border-radius: var(--r2);
      background: var(--raised);
      box-shadow: var(--shadow-2);
      font-size: var(--t-s);
      pointer-events: auto;
    }

    app-icon {
      color: var(--accent);
    }

    p {
      flex: 1;
      min-inline-size: 14rem;
    }

    .buttons {
      display: flex;
      flex-direction: row-reverse;
      gap: var(--s1);
      margin-inline-start: auto;
    }

    @media (max-width: 47.99rem) {
      :host {
        inset-inline: 0;
      }
    }
  `,
})
export class NotifyOffer {
  protected readonly choice = inject(NotifyChoice);
  protected readonly notifier = inject(Notifier);
  protected readonly texts = notifyTexts;

  protected async accept(): Promise<void> {
    await this.choice.turnOn();
    this.notifier.closeOffer();
  }

  protected decline(): void {
    this.choice.turnOff();
    this.notifier.closeOffer();
  }
}
