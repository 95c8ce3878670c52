import { Component, computed, input, output } from '@angular/core';
import { roomTexts } from '../texts/room.ts';
import { Icon } from '../ui/icon.ts';
import type { UnreadHere } from './reading.ts';
import { sinceOf } from './times.ts';

/** Offers to jump to the first unread message if it is above the screen, or to mark the room as read. */
@Component({
  selector: 'app-unread-pill',
  imports: [Icon],
  template: `
    <button type="button" class="jump" (click)="jump.emit()">
      <app-icon name="up" [size]="18" />
      <span class="one-line">{{ text() }}</span>
      <span aria-hidden="true">·</span>
      <span class="go">{{ texts.jump }}</span>
    </button>
    <button
      type="button"
      class="read"
      [attr.aria-label]="texts.markRead"
      [title]="texts.markRead"
      (click)="markRead.emit()"
    >
      <app-icon name="close" [size]="16" />
    </button>
  `,
  styles: `
    :host {
      position: absolute;
      z-index: 1;
      inset-block-start: var(--s3);
      inset-inline: var(--s3);
      display: flex;
      inline-size: fit-content;
      max-inline-size: calc(100% - 2 * var(--s3));
      margin-inline: auto;
      overflow: hidden;
      border-radius: var(--round);
      background: var(--accent);
      color: var(--on-accent);
      box-shadow: var(--shadow-2);
      font-size: var(--t-s);
      font-weight: 600;
      animation: fall var(--calm);
    }

    button {
      display: flex;
      align-items: center;
      gap: var(--s2);
      min-inline-size: 0;
      min-block-size: 2.25rem;
      padding: 0 var(--s3);
      border: 0;
      background: transparent;
      cursor: pointer;

      &:hover {
        background: var(--accent-strong);
      }

      &:focus-visible {
        border-radius: var(--round);
        outline-color: var(--on-accent);
        outline-offset: -4px;
      }
    }

    app-icon,
    .read,
    .go {
      flex: none;
    }

    .go {
      text-decoration: underline;
      text-decoration-thickness: 1px;
      text-underline-offset: 0.2em;
    }

    @keyframes fall {
      from {
        opacity: 0;
        translate: 0 -0.5rem;
      }
    }

    @media (pointer: coarse) {
      button {
        min-block-size: 2.75rem;
      }
    }
  `,
})
export class UnreadPill {
  readonly unread = input.required<UnreadHere>();
  readonly jump = output();
  readonly markRead = output();

  protected readonly texts = roomTexts;
  protected readonly text = computed(() => {
    const { count, first } = this.unread();
    return roomTexts.newSince(count, sinceOf(first.at, Date.now()));
  });
}
