import { Component, computed, inject } from '@angular/core';
import { loadTexts } from '../texts/shell.ts';
import { Icon } from './icon.ts';
import { LoadFailure } from './load-failure.ts';

/** Shows why a part of the app could not be loaded, and offers a way to recover. */
@Component({
  selector: 'app-load-notice',
  imports: [Icon],
  template: `
    @if (failure.kind(); as kind) {
      <div class="line" role="alert" [attr.data-kind]="kind">
        <app-icon [name]="kind === 'updated' ? 'ticket' : 'offline'" [size]="18" />
        <p>{{ texts[kind] }}</p>
        @if (reloads()) {
          <button type="button" class="link" (click)="failure.reload()">{{ texts.reload }}</button>
        }
        <button type="button" class="link quiet" (click)="failure.dismiss()">{{ texts.dismiss }}</button>
      </div>
    }
  `,
  styles: `
    :host {
      position: fixed;
      z-index: 1100;
      /* Above the composer of a room. */
      inset-block-end: calc(7rem + var(--safe-bottom));
      inset-inline: var(--s3);
      display: grid;
      justify-items: center;
      pointer-events: none;
    }

    .line {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: var(--s2) var(--s3);
      max-inline-size: 100%;
      min-block-size: 3rem;
      padding: var(--s2) var(--s4);
      border: 1px solid var(--line-strong);
      border-radius: var(--r3);
      background: var(--raised);
      box-shadow: var(--shadow-3);
      font-size: var(--t-s);
      pointer-events: auto;
    }

    app-icon {
      flex: none;
      color: var(--warn);
    }

    [data-kind='updated'] app-icon {
      color: var(--accent);
    }

    .link {
      min-block-size: 1.5rem;
    }

    .quiet {
      color: var(--ink-2);
      font-weight: 500;
    }
  `,
})
export class LoadNotice {
  protected readonly texts = loadTexts;
  protected readonly failure = inject(LoadFailure);
  /** Reloading helps only with a new build or an unknown cause. */
  protected readonly reloads = computed(() => ['updated', 'failed'].includes(this.failure.kind() ?? ''));
}
