import type { Signal } from '@angular/core';
import type { ConnectionState, TicketSocket } from '@usher/client';
import type { PresentUser, RoomMessage, Unread } from '@usher/client/rooms';
import type { RoomsProtocol } from '@usher/protocol';
import { expectTypeOf, test } from 'vitest';
import type { provideUsher, Usher, UsherRoom } from './usher.ts';

test('templates get read-only signals', () => {
  expectTypeOf<Usher['state']>().toEqualTypeOf<Signal<ConnectionState>>();
  expectTypeOf<UsherRoom['messages']>().toEqualTypeOf<Signal<readonly RoomMessage[]>>();
  expectTypeOf<UsherRoom['presence']>().toEqualTypeOf<Signal<readonly PresentUser[]>>();
  expectTypeOf<UsherRoom['typingUsers']>().toEqualTypeOf<Signal<readonly string[]>>();
  expectTypeOf<UsherRoom['unread']>().toEqualTypeOf<Signal<Unread | undefined>>();
  expectTypeOf<Usher['socket']>().toEqualTypeOf<TicketSocket<RoomsProtocol>>();
});

test('the provider requires only a token, as options or as a function that returns them', () => {
  type Options = Parameters<typeof provideUsher>[0];
  expectTypeOf<{ token: () => string }>().toExtend<Options>();
  expectTypeOf<() => { token: () => undefined; api: string }>().toExtend<Options>();
  expectTypeOf<{ api: string }>().not.toExtend<Options>();
});
