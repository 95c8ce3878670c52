import type { RoomsProtocol } from '@usher/protocol';
import { defineProtocol } from '@usher/protocol/server';
import { Type } from 'typebox';
import { describe, expectTypeOf, test } from 'vitest';
import type { Call, Connections, Handler, Replied } from './connections-types.ts';

const shop = defineProtocol({
  name: 'shop.v1',
  requests: { order: { params: Type.Object({ item: Type.String() }), reply: Type.Object({ number: Type.Number() }) } },
  signals: { look: Type.Object({ at: Type.String() }) },
  events: { price: Type.Object({ price: Type.Number() }) },
});
type Shop = typeof shop;

describe('a custom protocol', () => {
  test('keeps its type', () => {
    expectTypeOf(shop.name).toEqualTypeOf<'shop.v1'>();
  });
  test('gives handlers their params and requires the reply of the schema', () => {
    type Order = Handler<Shop, 'order'>;
    expectTypeOf<Parameters<Order>[0]>().toEqualTypeOf<{ item: string }>();
    expectTypeOf<Parameters<Order>[2]>().toEqualTypeOf<Call<{ number: number }>>();
    expectTypeOf<() => { number: number }>().toExtend<Order>();
    expectTypeOf<() => Promise<{ number: number }>>().toExtend<Order>();
    expectTypeOf<() => Promise<Replied>>().toExtend<Order>();
    expectTypeOf<() => { number: string }>().not.toExtend<Order>();
    expectTypeOf<() => undefined>().not.toExtend<Order>();
  });
  test('allows only the types of the protocol', () => {
    type Served = Parameters<Connections<Shop>['handle']>[0];
    expectTypeOf<Served>().toEqualTypeOf<'order' | 'ping' | 'renew'>();
    expectTypeOf<Parameters<Connections<Shop>['on']>[0]>().toEqualTypeOf<'look' | 'beat'>();
    type Said = Parameters<Connections<Shop>['encode']>[0];
    expectTypeOf<{ type: 'price'; price: number }>().toExtend<Said>();
    expectTypeOf<{ type: 'price'; price: string }>().not.toExtend<Said>();
    expectTypeOf<{ type: 'message' }>().not.toExtend<Said>();
  });
  test('does not let a handler construct a Replied value', () => {
    expectTypeOf<{ readonly replied: true }>().not.toExtend<Replied>();
    expectTypeOf<undefined>().not.toExtend<Replied>();
  });
});

test('serves the rooms protocol like any other', () => {
  expectTypeOf<Parameters<Handler<RoomsProtocol, 'send'>>[0]>().toEqualTypeOf<{
    room: string;
    key: string;
    text: string;
  }>();
});
