import { Component, computed, inject } from '@angular/core';
import { MatMenu, MatMenuContent, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { Router, RouterLink, RouterLinkActive, isActive } from '@angular/router';
import { injectUsher } from '@usher/angular';
import { Session } from '../session/session.ts';
import { Theme, type ThemeChoice, themeChoices } from '../settings/theme.ts';
import { shellTexts } from '../texts/shell.ts';
import { Avatar } from '../ui/avatar.ts';
import { Icon } from '../ui/icon.ts';
import { Shortcuts } from './shortcuts.ts';

/** The menu of the signed-in user: theme, settings and sign-out. */
@Component({
  selector: 'app-account-menu',
  imports: [Avatar, Icon, MatMenu, MatMenuContent, MatMenuItem, MatMenuTrigger, RouterLink, RouterLinkActive],
  templateUrl: './account-menu.html',
  styleUrl: './account-menu.scss',
})
export class AccountMenu {
  private readonly session = inject(Session);
  private readonly theme = inject(Theme);
  private readonly usher = injectUsher();

  protected readonly shortcuts = inject(Shortcuts);
  protected readonly texts = shellTexts;
  protected readonly themes = themeChoices;
  protected readonly user = computed(() => this.session.user() ?? '');
  protected readonly chosen = this.theme.choice;
  /** The settings are reached only from this menu, so its button is marked as the current page. */
  protected readonly inSettings = isActive('/settings', inject(Router));
  /** The server decides who may open the console; the link is only hidden from the others. */
  protected readonly isOperator = computed(() => this.usher.welcome()?.roles.includes('admin') ?? false);

  protected choose(choice: ThemeChoice): void {
    this.theme.choose(choice);
  }

  protected signOut(): void {
    void this.session.signOut();
  }
}
