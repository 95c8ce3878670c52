import type { RoomsProtocol } from '@usher/protocol';
import { defineProtocol } from '@usher/protocol/server';
import { Type } from 'typebox';
import { describe, expectTypeOf, test } from 'vitest';
import type { Connection } from './connection.ts';
import type { Call, Connections, ConnectionsOptions, Handler, Replied } from './connections-types.ts';
import type { Handled, Middleware } from './middleware.ts';
import type { Target } from './targets.ts';

const shop = defineProtocol({
  name: 'shop.v1',
  requests: { order: { params: Type.Object({ item: Type.String() }), reply: Type.Object({ number: Type.Number() }) } },
  signals: { look: Type.Object({ at: Type.String() }) },
  events: { price: Type.Object({ price: Type.Number() }) },
  serverRequests: {
    confirm: { params: Type.Object({ question: Type.String() }), reply: Type.Object({ yes: Type.Boolean() }) },
  },
});
interface Data {
  plan: string;
}
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

describe('a connection', () => {
  test('has typed data', () => {
    expectTypeOf<Parameters<Handler<Shop, 'order', Data>>[1]['data']>().toEqualTypeOf<Data>();
    expectTypeOf<ReturnType<Connections<Shop, Data>['list']>>().toEqualTypeOf<Connection<Shop, Data>[]>();
    expectTypeOf<(identity: { user: string }) => Data>().toExtend<
      NonNullable<ConnectionsOptions<Shop, Data>['data']>
    >();
  });
  test('can be passed where its protocol and data do not matter', () => {
    expectTypeOf<Connection<Shop, Data>>().toExtend<Connection>();
    expectTypeOf<(connection: Connection) => void>().toExtend<(connection: Connection<Shop, Data>) => void>();
  });
  test('sends only the server requests of its protocol', () => {
    type Request = Connection<Shop>['request'];
    const confirm = (connection: Connection<Shop>) => connection.request('confirm', { question: '' });
    expectTypeOf(confirm).returns.resolves.toEqualTypeOf<{ yes: boolean }>();
    expectTypeOf<Parameters<Request>[0]>().toEqualTypeOf<'confirm'>();
    expectTypeOf<Parameters<Connection<RoomsProtocol>['request']>[0]>().toEqualTypeOf<never>();
  });
});

test('events to users have the types of the protocol, without the events of the core', () => {
  type Send = Target<Shop>['send'];
  expectTypeOf<Parameters<Send>[0]>().toEqualTypeOf<'price'>();
  expectTypeOf<Parameters<Send>[1]>().toEqualTypeOf<{ price: number }>();
});

test('the type of a message determines its params in a middleware, which must return the result of next', () => {
  type Message = Parameters<Middleware<Shop, Data>>[0];
  expectTypeOf<Message['type']>().toEqualTypeOf<'order' | 'look'>();
  const paramsOf = (message: Message) => (message.type === 'order' ? message.params : undefined);
  expectTypeOf(paramsOf).returns.toEqualTypeOf<{ item: string } | undefined>();
  expectTypeOf<Message['connection']['data']>().toEqualTypeOf<Data>();
  expectTypeOf<(message: Message, next: () => Handled | Promise<Handled>) => undefined>().not.toExtend<
    Middleware<Shop, Data>
  >();
});

test('serves the rooms protocol like any other', () => {
  expectTypeOf<Parameters<Handler<RoomsProtocol, 'send'>>[0]>().toEqualTypeOf<{
    room: string;
    key: string;
    text: string;
  }>();
});
