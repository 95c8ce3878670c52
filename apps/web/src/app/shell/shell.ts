import { Component, DestroyRef, computed, inject } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { NavigationEnd, Router, RouterLink, RouterOutlet } from '@angular/router';
import { injectUsher } from '@usher/angular';
import { filter, map } from 'rxjs';
import { ConnectionBadge } from '../connection/connection-badge.ts';
import { ConnectionBanner } from '../connection/connection-banner.ts';
import { ConnectionLog } from '../connection/connection-log.ts';
import { Notifier } from '../notify/notifier.ts';
import { NotifyOffer } from '../notify/notify-offer.ts';
import { TabBadge } from '../notify/tab-badge.ts';
import { Attention } from '../rooms/attention.ts';
import { OpenRooms } from '../rooms/open-rooms.ts';
import { RoomActions } from '../rooms/room-actions.ts';
import { RoomCache } from '../rooms/room-cache.ts';
import { RoomDirectory } from '../rooms/room-directory.ts';
import { RoomList } from '../rooms/room-list.ts';
import { RoomEvents } from '../rooms/room-events.ts';
import { Drafts } from '../rooms/session-storage.ts';
import { Unsent } from '../rooms/unsent.ts';
import { Visits, followLeaving } from '../rooms/visits.ts';
import { appTexts, shellTexts } from '../texts/shell.ts';
import { IdlePreloading } from '../ui/idle-preloading.ts';
import { Logo } from '../ui/logo.ts';
import { AccountMenu } from './account-menu.ts';
import { lazyParts } from './lazy-parts.ts';
import { QuickBar } from './quick-bar.ts';
import { Shortcuts } from './shortcuts.ts';

/**
 * The layout of the signed-in part of the app: the room list and the page beside it; phones show one of them. Its providers belong to the
 * session and are destroyed with it, so that their data is not available to the next user.
 */
@Component({
  selector: 'app-shell',
  imports: [
    AccountMenu,
    ConnectionBadge,
    ConnectionBanner,
    Logo,
    NotifyOffer,
    QuickBar,
    RoomList,
    RouterLink,
    RouterOutlet,
  ],
  providers: [
    Attention,
    ConnectionLog,
    RoomEvents,
    RoomDirectory,
    RoomActions,
    RoomCache,
    OpenRooms,
    Visits,
    Drafts,
    Unsent,
    Shortcuts,
    TabBadge,
    Notifier,
  ],
  host: { '[class.at-list]': 'atList()' },
  templateUrl: './shell.html',
  styleUrl: './shell.scss',
})
export class Shell {
  private readonly router = inject(Router);
  private readonly usher = injectUsher();

  protected readonly texts = { shell: shellTexts, app: appTexts } as const;
  private readonly url = toSignal(
    this.router.events.pipe(
      filter((event) => event instanceof NavigationEnd),
      map((event) => event.urlAfterRedirects),
    ),
    { initialValue: this.router.url },
  );
  protected readonly atList = computed(() => this.url().split(/[?#]/, 1)[0] === '/');

  constructor() {
    // Created before the first connection, so that its steps are recorded.
    inject(ConnectionLog);
    this.usher.start();
    // Also without an open room, because there may be unsent messages.
    inject(OpenRooms);
    // Also without an open room, because presence is visible to other users.
    inject(Attention);
    // Created eagerly: no component uses their results.
    inject(Visits);
    followLeaving();
    inject(Shortcuts);
    inject(TabBadge);
    inject(Notifier);
    void inject(IdlePreloading).preloadParts(lazyParts);
    inject(DestroyRef).onDestroy(() => {
      this.usher.signOut();
    });
  }
}
