import { inject } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { Router } from '@angular/router';
import { injectUsher } from '@usher/angular';
import { OpenRooms } from './open-rooms.ts';
import { RoomDirectory } from './room-directory.ts';
import { Visits } from './visits.ts';

/**
 * Closes a room that the user left on another device. Otherwise this page would join it again with its next connection, which makes the
 * user a member of a public room again. Must be called in an injection context.
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
