import type { Signal } from '@angular/core';
import type { ConnectionState, TicketSocket } from '@usher/client';
import type { Person, RoomMessage, Unread } from '@usher/client/rooms';
import type { RoomsProtocol } from '@usher/protocol';
import { expectTypeOf, test } from 'vitest';
import type { provideUsher } from './provide-usher.ts';
import type { Usher, UsherRoom } from './usher.ts';

test('what a template reads are signals that it cannot set', () => {
  expectTypeOf<Usher['state']>().toEqualTypeOf<Signal<ConnectionState>>();
  expectTypeOf<UsherRoom['messages']>().toEqualTypeOf<Signal<readonly RoomMessage[]>>();
  expectTypeOf<UsherRoom['people']>().toEqualTypeOf<Signal<readonly Person[]>>();
  expectTypeOf<UsherRoom['writing']>().toEqualTypeOf<Signal<readonly string[]>>();
  expectTypeOf<UsherRoom['unread']>().toEqualTypeOf<Signal<Unread | undefined>>();
  expectTypeOf<Usher['socket']>().toEqualTypeOf<TicketSocket<RoomsProtocol>>();
});

test('a token is all that the provider must be told, as options or by a function that gives them', () => {
  type Told = Parameters<typeof provideUsher>[0];
  expectTypeOf<{ token: () => string }>().toExtend<Told>();
  expectTypeOf<() => { token: () => undefined; api: string }>().toExtend<Told>();
  expectTypeOf<{ api: string }>().not.toExtend<Told>();
});
