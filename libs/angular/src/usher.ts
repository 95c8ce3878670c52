import { isPlatformBrowser } from '@angular/common';
import {
  DestroyRef,
  effect,
  type EnvironmentProviders,
  inject,
  InjectionToken,
  Injector,
  makeEnvironmentProviders,
  NgZone,
  PLATFORM_ID,
  type Signal,
  untracked,
} from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { type ConnectionState, fetchTicket, identityOf, TicketSocket, type Welcome, type Who } from '@usher/client';
import {
  createRooms,
  type PresentUser,
  type RoomHandle,
  type RoomMessage,
  type Rooms,
  type RoomState,
  type Unread,
} from '@usher/client/rooms';
import { ticketFrom } from '@usher/client/session';
import type { RoomsProtocol } from '@usher/protocol';
import { injectApi, provideUsherOptions, USHER_OPTIONS, type UsherOptions } from './options.ts';

/** A room with signals for templates. `Usher.room` returns the same object for the same name. */
export interface UsherRoom extends RoomHandle {
  readonly messages: Signal<readonly RoomMessage[]>;
  readonly state: Signal<RoomState>;
  /** The users who are present. */
  readonly presence: Signal<readonly PresentUser[]>;
  /** The other users who are typing. */
  readonly typingUsers: Signal<readonly string[]>;
  readonly unread: Signal<Unread | undefined>;
}

export interface Usher {
  readonly socket: TicketSocket<RoomsProtocol>;
  readonly rooms: Rooms;
  readonly state: Signal<ConnectionState>;
  /** The server's `welcome` while the connection is open. */
  readonly welcome: Signal<Welcome | undefined>;
  room(name: string): UsherRoom;
  /**
   * Connects, and reconnects after every loss. While no one is signed in it waits (`idle`, reason `sign_in`). Call it again after a
   * sign-out. Does nothing during server-side rendering.
   */
  start(): void;
  /** Closes the connection and deletes the data of the rooms. */
  signOut(): void;
}

/** The socket of the app and its rooms. */
const USHER = new InjectionToken<Usher>('usher');

/** Returns the socket of the app and its rooms, with signals. Must be called in an injection context. */
export function injectUsher(): Usher {
  return inject(USHER);
}

/**
 * Provides the socket for `injectUsher()` and the options of `usherBearer`. The socket is created when it is first injected and
 * connects at `start()`.
 *
 * @param options the options, or a function that returns them; it is called once, in an injection context
 */
export function provideUsher(options: UsherOptions | (() => UsherOptions)): EnvironmentProviders {
  return makeEnvironmentProviders([provideUsherOptions(options), provideUsherSocket()]);
}

/**
 * Provides the socket for `injectUsher()`, for example in the providers of a lazy route. Requires `provideUsherOptions`. The socket
 * belongs to the injector of these providers.
 */
export function provideUsherSocket(): EnvironmentProviders {
  return makeEnvironmentProviders([{ provide: USHER, useFactory: createUsher }]);
}

function createUsher(): Usher {
  const { token, fresh, renew, who, signedIn, onSignedOut, ...options } = inject(USHER_OPTIONS);
  const api = injectApi();
  const injector = inject(Injector);
  const zone = inject(NgZone);
  const inBrowser = isPlatformBrowser(inject(PLATFORM_ID));

  const ticketUrl = (): string => api.at('/ws_ticket');
  const identity: Who =
    who ??
    (() => {
      if (signedIn && !signedIn()) return undefined;
      const held = token();
      return held ? identityOf(held) : signedIn && null;
    });
  const socket = new TicketSocket<RoomsProtocol>({
    // The socket calls it before every frame, also inside an effect of the app.
    who: () => untracked(identity),
    url: () => api.at('/ws').replace(/^http/, 'ws'),
    ticket:
      fresh && renew
        ? ticketFrom({ fresh, renew }, { url: ticketUrl })
        : fetchTicket({ url: ticketUrl, token: fresh ?? token }),
    ...options.socket,
  });
  const rooms = createRooms(socket, options.rooms);
  const views = new Map<string, UsherRoom>();

  /** Whether the sign-out in progress was requested by the app, which then does not need `onSignedOut`. */
  let byApp = false;
  function signOut(): void {
    byApp = true;
    socket.signOut();
    byApp = false;
  }

  const watching = socket.state$.subscribe(({ name, reason }) => {
    if (name === 'signed_out' && reason.kind !== 'identity' && !byApp) onSignedOut?.(reason);
  });
  if (inBrowser) {
    effect(() => {
      identity();
      untracked(() => {
        zone.runOutsideAngular(() => {
          socket.recheck();
        });
      });
    });
  }
  inject(DestroyRef).onDestroy(() => {
    watching.unsubscribe();
    socket.stop();
  });

  function view(name: string): UsherRoom {
    const room = rooms.room(name);
    const options = { requireSync: true, injector } as const;
    return {
      ...room,
      get oldest() {
        return room.oldest;
      },
      messages: toSignal(room.messages$, options),
      state: toSignal(room.state$, options),
      presence: toSignal(room.presence$, options),
      typingUsers: toSignal(room.typing$, options),
      unread: toSignal(room.unread$, options),
    };
  }

  return {
    socket,
    rooms,
    state: toSignal(socket.state$, { requireSync: true }),
    welcome: toSignal(socket.welcome$, { requireSync: true }),
    room(name) {
      let room = views.get(name);
      if (room === undefined) views.set(name, (room = untracked(() => view(name))));
      return room;
    },
    start() {
      // With zone.js, its timers must not keep the app from becoming stable.
      if (inBrowser)
        zone.runOutsideAngular(() => {
          socket.connect();
        });
    },
    signOut,
  };
}
