import { DestroyRef, Service, effect, inject, signal, untracked } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { NavigationEnd, Router } from '@angular/router';
import { injectUsher } from '@usher/angular';
import { OpenRooms } from './open-rooms.ts';
import { RoomDirectory } from './room-directory.ts';
import { injectSessionValues } from './session-storage.ts';

const visitsKey = 'usher.visits';
/** The number of rooms that are remembered. */
const maxVisits = 20;

/** The rooms that were visited in this tab, and the current one. */
@Service({ autoProvided: false })
export class Visits {
  /** The time of the last visit by room (Unix ms). */
  private readonly kept = injectSessionValues(visitsKey, (value) => typeof value === 'number');
  private readonly router = inject(Router);
  private readonly usher = injectUsher();
  private readonly directory = inject(RoomDirectory);
  private readonly shown = signal<string | undefined>(undefined);
  private readonly latest = signal(this.newestFirst());

  /** The name of the current room. */
  readonly current = this.shown.asReadonly();
  /** Names of visited rooms, the latest first, including the current one. */
  readonly recent = this.latest.asReadonly();

  constructor() {
    const watching = this.router.events.subscribe((event) => {
      if (event instanceof NavigationEnd) this.at(event.urlAfterRedirects);
    });
    this.at(this.router.url);
    this.followJoins();
    inject(DestroyRef).onDestroy(() => {
      watching.unsubscribe();
    });
  }

  /** Opening a public room makes the user a member, so the room list is reloaded once for each such visit. */
  private followJoins(): void {
    let isSeen = false;
    effect(() => {
      const current = this.current();
      if (current === undefined || this.usher.room(current).state().name !== 'joined') isSeen = false;
      else if (!isSeen) {
        const room = this.directory.find(current);
        isSeen = room !== undefined;
        if (room?.isMember === false) untracked(() => void this.directory.load());
      }
    });
  }

  private at(url: string): void {
    const [, room] = /^\/rooms\/([^/?#]+)/.exec(url) ?? [];
    this.shown.set(room);
    if (room === undefined) return;
    this.kept.keep(room, Date.now());
    const [...all] = this.newestFirst();
    for (const old of all.splice(maxVisits)) this.kept.keep(old, undefined);
    this.latest.set(all);
  }

  private newestFirst(): string[] {
    const when = (room: string): number => this.kept.of(room) ?? 0;
    return this.kept.rooms().toSorted((one, other) => when(other) - when(one));
  }
}

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
      if (visits.current() === room) void router.navigateByUrl('/');
    });
}
