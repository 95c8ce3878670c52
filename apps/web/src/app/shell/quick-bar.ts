import { Component, DOCUMENT, inject } from '@angular/core';
import { RouterLink, RouterLinkActive } from '@angular/router';
import { RoomActions } from '../rooms/room-actions.ts';
import { quickTexts, shortcutsTexts } from '../texts/shell.ts';
import { Icon } from '../ui/icon.ts';
import { isApple } from '../ui/environment.ts';

/** Opens the room switcher and the message search. */
@Component({
  selector: 'app-quick-bar',
  imports: [Icon, RouterLink, RouterLinkActive],
  template: `
    <button type="button" class="choose" aria-haspopup="dialog" [attr.aria-keyshortcuts]="shortcut" (click)="choose()">
      <app-icon name="hash" [size]="16" />
      <span>{{ texts.choose }}</span>
      <kbd aria-hidden="true">{{ hint }}</kbd>
    </button>
    <a
      class="icon-button"
      routerLink="/search"
      routerLinkActive="current"
      ariaCurrentWhenActive="page"
      [attr.aria-label]="texts.search"
      [title]="texts.search"
    >
      <app-icon name="search" />
    </a>
  `,
  styles: `
    :host {
      display: flex;
      align-items: center;
      gap: var(--s1);
      padding: var(--s1) var(--s3) var(--s4);
    }

    .choose {
      display: flex;
      flex: 1;
      align-items: center;
      gap: var(--s2);
      min-inline-size: 0;
      min-block-size: 2.25rem;
      padding: 0 var(--s2) 0 var(--s3);
      border: 1px solid var(--line);
      border-radius: var(--r2);
      background: var(--surface);
      color: var(--ink-3);
      font-size: var(--t-s);
      text-align: start;
      cursor: pointer;
      transition: border-color var(--fast);

      &:hover {
        border-color: var(--line-strong);
      }

      > span {
        flex: 1;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
    }

    kbd {
      border: 0;
      background: none;
      color: var(--ink-3);
      padding-inline: var(--s1);
    }

    @media (max-width: 47.99rem) {
      .choose {
        min-block-size: 2.75rem;
        background: var(--app);
        font-size: var(--t-m);
      }
    }

    @media (pointer: coarse) {
      kbd {
        display: none;
      }
    }
  `,
})
export class QuickBar {
  private readonly actions = inject(RoomActions);
  private readonly apple = isApple(inject(DOCUMENT).defaultView);
  protected readonly texts = quickTexts;
  protected readonly shortcut = this.apple ? 'Meta+K' : 'Control+K';
  protected readonly hint = this.apple ? `${shortcutsTexts.keys.command}K` : `${shortcutsTexts.keys.control} K`;

  protected choose(): void {
    void this.actions.choose();
  }
}
