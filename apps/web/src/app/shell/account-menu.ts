import { Component, computed, inject } from '@angular/core';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { Session } from '../session/session.ts';
import { Theme, type ThemeChoice } from '../settings/theme.ts';
import { texts } from '../texts.ts';
import { Avatar } from '../ui/avatar.ts';
import { Icon, type IconName } from '../ui/icon.ts';

const themes: readonly { readonly choice: ThemeChoice; readonly icon: IconName }[] = [
  { choice: 'system', icon: 'system' },
  { choice: 'light', icon: 'sun' },
  { choice: 'dark', icon: 'moon' },
];

/** Who is signed in, how the app looks, and the way out. */
@Component({
  selector: 'app-account-menu',
  imports: [Avatar, Icon, MatMenu, MatMenuItem, MatMenuTrigger],
  templateUrl: './account-menu.html',
  styleUrl: './account-menu.scss',
})
export class AccountMenu {
  private readonly session = inject(Session);
  private readonly theme = inject(Theme);

  protected readonly texts = texts;
  protected readonly themes = themes;
  protected readonly user = computed(() => this.session.user() ?? '');
  protected readonly chosen = this.theme.choice;

  protected choose(choice: ThemeChoice): void {
    this.theme.choose(choice);
  }

  protected signOut(): void {
    void this.session.signOut();
  }
}
