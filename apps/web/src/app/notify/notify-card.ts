import { Component, computed, inject, signal } from '@angular/core';
import { notifyTexts } from '../texts/notify.ts';
import { Icon } from '../ui/icon.ts';
import { NotifyChoice } from './notify-choice.ts';

/** The setting for notifications of mentions on this device. */
@Component({
  selector: 'app-notify-card',
  imports: [Icon],
  host: { class: 'card' },
  template: `
    <h2>{{ texts.heading }}</h2>
    <label>
      <input
        #check
        class="checkbox"
        type="checkbox"
        role="switch"
        [checked]="choice.on()"
        [disabled]="blocked() !== undefined"
        aria-describedby="notify-hint"
        (change)="set(check)"
      />
      <span>{{ texts.label }}</span>
    </label>
    <p id="notify-hint" class="hint">{{ texts.hint }}</p>
    <div class="state" role="status">
      @if (blocked(); as blocked) {
        <p class="notice notice-warn"><app-icon name="alert" [size]="18" />{{ blocked }}</p>
      } @else if (dismissed()) {
        <p class="notice"><app-icon name="bell" [size]="18" />{{ texts.dismissed }}</p>
      }
    </div>
  `,
  styles: `
    .state:not(:has(.notice)) {
      block-size: 0;
      margin-block-start: calc(-1 * var(--s2));
    }

    label {
      display: flex;
      align-items: center;
      gap: var(--s3);
      min-block-size: 2rem;
      font-weight: 600;
      cursor: pointer;

      &:has(:disabled) {
        color: var(--ink-3);
        cursor: default;
      }
    }
  `,
})
export class NotifyCard {
  protected readonly choice = inject(NotifyChoice);
  protected readonly texts = notifyTexts;
  /** Whether the browser's permission prompt was closed without a choice. */
  protected readonly dismissed = signal(false);
  protected readonly blocked = computed(() => {
    const permission = this.choice.permission();
    if (permission === 'denied') return this.texts.denied;
    return permission === 'unsupported' ? this.texts.unsupported : undefined;
  });

  protected async set(check: HTMLInputElement): Promise<void> {
    if (!check.checked) {
      this.choice.turnOff();
      return;
    }
    const isOn = await this.choice.turnOn();
    this.dismissed.set(!isOn && this.choice.permission() === 'default');
    check.checked = isOn;
  }
}
