import { Component, computed, input } from '@angular/core';
import { roomsTexts } from '../texts/rooms.ts';

/** Shows the number of unread messages and, separately, of mentions. Empty if there are none. */
@Component({
  selector: 'app-unread-badge',
  template: `
    @if (mentions() > 0) {
      <span class="badge mentions"
        ><span aria-hidden="true">&#64;{{ short(mentions()) }}</span
        ><span class="sr-only">{{ texts.mentions(mentions()) }}</span></span
      >
    }
    @if (unread() > 0) {
      <span class="badge"
        ><span aria-hidden="true">{{ short(unread()) }}</span
        ><span class="sr-only">{{ text() }}</span></span
      >
    }
  `,
  styles: `
    :host {
      display: flex;
      flex: none;
      gap: var(--s1);
    }

    :host(:not(:has(.badge))) {
      display: none;
    }

    .badge {
      min-inline-size: 1.375rem;
      padding: 0 0.4375rem;
      border-radius: var(--round);
      background: var(--accent);
      color: var(--on-accent);
      font-size: var(--t-xs);
      font-weight: 700;
      line-height: 1.375rem;
      text-align: center;
      font-variant-numeric: tabular-nums;
    }

    .mentions {
      background: var(--fresh);
      color: var(--surface);
    }

    @media (forced-colors: active) {
      .badge {
        outline: 1px solid CanvasText;
        outline-offset: -1px;
      }

      .mentions {
        outline: 0;
        background: Highlight;
        color: HighlightText;
        forced-color-adjust: none;
      }
    }
  `,
})
export class UnreadBadge {
  readonly unread = input.required<number>();
  readonly mentions = input.required<number>();

  protected readonly texts = roomsTexts;
  protected readonly text = computed(() => roomsTexts.unread(this.unread()));

  protected short(n: number): string {
    return n > 99 ? '99+' : String(n);
  }
}
