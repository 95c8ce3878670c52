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
  type ResourceRef,
  type Signal,
  untracked,
} from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import {
  type ConnectionState,
  fetchTicket,
  identityOf,
  TicketSocket,
  type Welcome,
  whenOpen,
  type Who,
} from '@usher/client';
import {
  createRooms,
  type PresentUser,
  type RoomHandle,
  type RoomMessageOf,
  type Rooms,
  type RoomState,
  type Unread,
} from '@usher/client/rooms';
import { ticketFrom } from '@usher/client/session';
import type {
  AnyRoomsProtocol,
  Event,
  EventType,
  ParamsInput,
  Protocol,
  Reply,
  RequestType,
  RoomsProtocol,
} from '@usher/protocol';
import { map, merge } from 'rxjs';
import { injectApi, provideUsherOptions, USHER_OPTIONS, type UsherOptions } from './options.ts';
import { createResources } from './resource.ts';

/** A room with signals for templates. `Usher.room` returns the same object for the same name. */
export type UsherRoom<P extends AnyRoomsProtocol = RoomsProtocol> = RoomHandle<P> & RoomSignals<P>;

interface RoomSignals<P extends AnyRoomsProtocol> {
  readonly messages: Signal<readonly RoomMessageOf<P>[]>;
  readonly state: Signal<RoomState>;
  /** The users who are present. */
  readonly presence: Signal<readonly PresentUser[]>;
  /** The other users who are typing. */
  readonly typingUsers: Signal<readonly string[]>;
  readonly unread: Signal<Unread | undefined>;
}

/** @typeParam P the protocol of the app: `RoomsProtocol`, or your own */
export interface Usher<P extends Protocol = RoomsProtocol> {
  readonly socket: TicketSocket<P>;
  /** The rooms, if the protocol has rooms. */
  readonly rooms: P extends AnyRoomsProtocol ? Rooms<P> : never;
  readonly state: Signal<ConnectionState>;
  /** The server's `welcome` while the connection is open. */
  readonly welcome: Signal<Welcome | undefined>;
  /** Returns a room with signals, if the protocol has rooms. */
  room(name: string): P extends AnyRoomsProtocol ? UsherRoom<P> : never;
  /**
   * Returns a signal with the last event of a type, the same signal for each call. It is `undefined` before the first event, and again when
   * another user signs in.
   */
  event<T extends EventType<P>>(type: T): Signal<Event<P, T> | undefined>;
  /**
   * Creates a resource that sends a request when the connection is open, and again when `params` changes or another user signs in. It waits
   * while `params` returns `undefined`. A request whose connection is lost is sent again, so it must not change anything on the server.
   * Nothing is sent during server-side rendering. Must be called in an injection context.
   */
  resource<T extends RequestType<P>>(
    type: T,
    params: () => ParamsInput<P, T> | undefined,
  ): ResourceRef<Reply<P, T> | undefined>;
  /** Resolves to the `welcome` when the connection is open. See `whenOpen` of `@usher/client`. */
  whenOpen(signal?: AbortSignal): Promise<Welcome>;
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

/**
 * Returns the socket of the app and its rooms, with signals. Must be called in an injection context.
 *
 * @typeParam P the protocol that was passed to `provideUsher`; defaults to that of the chat
 */
export function injectUsher<P extends Protocol = RoomsProtocol>(): Usher<P> {
  // The implementation is the same for every protocol. `P` only adds types.
  return inject(USHER) as unknown as Usher<P>;
}

/**
 * Provides the socket for `injectUsher()` and the options of `usherBearer`. The socket is created when it is first injected and
 * connects at `start()`.
 *
 * @typeParam P the protocol of the app; set `protocol` to its name if that is not `usher.v1`
 * @param options the options, or a function that returns them; it is called once, in an injection context
 */
export function provideUsher<P extends Protocol = RoomsProtocol>(
  options: UsherOptions<P> | (() => UsherOptions<P>),
): EnvironmentProviders {
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
  const { token, fresh, renew, who, signedIn, onSignedOut, protocol, ...options } = inject(USHER_OPTIONS);
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
    // The socket calls it before every frame, even inside an effect of the app.
    who: () => untracked(identity),
    url: () => api.at('/ws').replace(/^http/, 'ws'),
    ticket:
      fresh && renew
        ? ticketFrom({ fresh, renew }, { url: ticketUrl })
        : fetchTicket({ url: ticketUrl, token: fresh ?? token }),
    ...(protocol !== undefined && { protocol }),
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

  const events = new Map<string, Signal<unknown>>();
  function eventSignal(type: string): Signal<unknown> {
    // The data of one user must not be shown to the next.
    const last$ = merge(socket.on(type as EventType<RoomsProtocol>), socket.cleared$.pipe(map(() => undefined)));
    return toSignal<unknown>(last$, { injector });
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
    event(type) {
      let event = events.get(type);
      if (event === undefined) events.set(type, (event = untracked(() => eventSignal(type))));
      return event as Signal<never>;
    },
    resource: createResources(socket, inBrowser),
    whenOpen: (signal) => whenOpen(socket, signal),
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
