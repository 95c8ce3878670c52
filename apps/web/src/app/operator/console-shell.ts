import { Component, computed, inject } from '@angular/core';
import { RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { bannerText, stateText } from '../connection/banner-text.ts';
import { Session } from '../session/session.ts';
import { appTexts } from '../texts/shell.ts';
import { consoleTexts } from '../texts/operator.ts';
import { injectNow } from '../ui/environment.ts';
import { Icon, type IconName } from '../ui/icon.ts';
import { Logo } from '../ui/logo.ts';
import { OperatorActions } from './data/actions.ts';
import { OperatorSocket } from './data/operator-socket.ts';

interface ConsoleLink {
  readonly path: string;
  readonly name: keyof typeof consoleTexts.pages;
  readonly icon: IconName;
}

const links: readonly ConsoleLink[] = [
  { path: '/admin', name: 'overview', icon: 'pulse' },
  { path: '/admin/refusals', name: 'refusals', icon: 'alert' },
  { path: '/admin/receipts', name: 'receipts', icon: 'ticket' },
  { path: '/admin/connections', name: 'connections', icon: 'handshake' },
  { path: '/admin/users', name: 'users', icon: 'people' },
  { path: '/admin/rooms', name: 'rooms', icon: 'hash' },
  { path: '/admin/keys', name: 'keys', icon: 'key' },
  { path: '/admin/nodes', name: 'nodes', icon: 'system' },
  { path: '/admin/audit', name: 'audit', icon: 'clock' },
];

/** The layout of the operator console. Its providers, and with them the socket, are destroyed when the console is left. */
@Component({
  selector: 'app-console',
  imports: [Icon, Logo, RouterLink, RouterLinkActive, RouterOutlet],
  providers: [OperatorSocket, OperatorActions],
  templateUrl: './console-shell.html',
  styleUrl: './console-shell.scss',
})
export class ConsoleShell {
  private readonly socket = inject(OperatorSocket);
  private readonly now = injectNow(500);

  protected readonly texts = { console: consoleTexts, app: appTexts } as const;
  protected readonly links = links;
  protected readonly user = inject(Session).user;
  protected readonly state = computed(() => this.socket.state().name);
  protected readonly stateText = computed(() => stateText(this.socket.state()));
  protected readonly banner = computed(() => bannerText(this.socket.state(), this.now()));

  /** On phones the tabs scroll sideways; the current one must be visible. */
  protected reveal(tab: HTMLElement, isCurrent: boolean): void {
    if (isCurrent) tab.scrollIntoView({ block: 'nearest', inline: 'center' });
  }

  protected retry(): void {
    this.socket.retryNow();
  }
}
