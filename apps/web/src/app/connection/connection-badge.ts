import { Component, computed } from '@angular/core';
import { RouterLink, RouterLinkActive } from '@angular/router';
import { injectUsher } from '@usher/angular';
import { stateText } from './banner-text.ts';
import { shellTexts } from '../texts/shell.ts';

/** Shows the connection state and links to the connection page. */
@Component({
  selector: 'app-connection-badge',
  imports: [RouterLink, RouterLinkActive],
  template: `
    <a
      routerLink="/connection"
      routerLinkActive="current"
      ariaCurrentWhenActive="page"
      data-testid="connection-state"
      [attr.data-state]="state()"
      [title]="texts.connection"
    >
      <span class="light" aria-hidden="true"></span>
      <span class="sr-only">{{ texts.connection }}: </span>
      <span>{{ text() }}</span>
    </a>
  `,
  styles: `
    :host {
      display: block;
      min-inline-size: 0;
    }

    a {
      display: flex;
      align-items: center;
      gap: var(--s2);
      min-block-size: 2rem;
      padding: 0 var(--s3);
      border-radius: var(--r2);
      color: var(--ink-2);
      font-size: var(--t-s);
      text-decoration: none;
      white-space: nowrap;

      &:hover {
        background: var(--hover);
        color: var(--ink);
      }

      &.current {
        background: var(--accent-soft);
        color: var(--on-accent-soft);
        font-weight: 600;
      }
    }

    .light {
      flex: none;
      inline-size: 0.5rem;
      block-size: 0.5rem;
      border-radius: var(--round);
      background: var(--warn);
    }

    [data-state='open'] .light {
      background: var(--good);
      box-shadow: 0 0 0 3px color-mix(in srgb, var(--good) 20%, transparent);
    }

    [data-state='signed_out'] .light,
    [data-state='stopped'] .light {
      background: var(--danger);
    }

    /* A filled dot while connected, a hollow one while not, a square when the client has stopped reconnecting. */
    @media (forced-colors: active) {
      a.current {
        background: Highlight;
        color: HighlightText;
        forced-color-adjust: none;
      }

      .light {
        border: 2px solid currentColor;
      }

      [data-state='open'] .light {
        background: currentColor;
        box-shadow: none;
        forced-color-adjust: none;
      }

      [data-state='signed_out'] .light,
      [data-state='stopped'] .light {
        border-radius: 0;
      }
    }
  `,
})
export class ConnectionBadge {
  private readonly usher = injectUsher();
  protected readonly texts = shellTexts;
  protected readonly state = computed(() => this.usher.state().name);
  protected readonly text = computed(() => stateText(this.usher.state()));
}
