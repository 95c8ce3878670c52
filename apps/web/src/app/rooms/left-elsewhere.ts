import { inject } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { Router } from '@angular/router';
import { injectUsher } from '@usher/angular';
import { OpenRooms } from './open-rooms.ts';
import { RoomDirectory } from './room-directory.ts';
import { Visits } from './visits.ts';

/**
 * A room that is left on one device is left on all. A page that kept it open would enter it again with its next connection, and
 * whoever enters a public room is its member again. To be called in an injection context.
 */
export function followLeaving(): void {
  const directory = inject(RoomDirectory);
  const open = inject(OpenRooms);
  const visits = inject(Visits);
  const router = inject(Router);
  injectUsher()
    .rooms.left$.pipe(takeUntilDestroyed())
    .subscribe(({ room }) => {
      open.leave(room);
      void directory.load();
      if (visits.here() === room) void router.navigateByUrl('/');
    });
}
