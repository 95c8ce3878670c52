import { compileProtocol, defineProtocol, extendProtocol, roomsProtocol, Type } from '@usher/protocol/server';
import { describe, expectTypeOf, test } from 'vitest';
import { createConnections } from '../connections/connections.ts';
import type { Connections } from '../connections/connections-types.ts';
import type { Board } from '../testing/new-board.ts';
import type { Rooms, RoomsOptions } from './room-types.ts';
import { createRooms } from './rooms.ts';

const chat = extendProtocol(roomsProtocol, {
  requests: { order: { params: Type.Object({ item: Type.String() }), reply: Type.Object({ number: Type.Integer() }) } },
  events: { price: Type.Object({ price: Type.Number() }) },
});
const shop = defineProtocol({ name: 'shop.v1' });
type Parts = Omit<RoomsOptions, 'connections'>;

describe('createRooms', () => {
  test('accepts connections of a superset of a rooms protocol, with any data', () => {
    const create = (parts: Parts) => {
      const connections = createConnections({ codec: compileProtocol(chat), data: () => ({ plan: 'free' }) });
      connections.handle('order', ({ item }, { data }) => ({ number: item.length + data.plan.length }));
      return createRooms({ ...parts, connections });
    };
    expectTypeOf(create).returns.toEqualTypeOf<Rooms<typeof chat>>();
    expectTypeOf<Parameters<Rooms<typeof chat>['publish']>[1]>().toEqualTypeOf<string>();
  });

  test('gives publish and history the type of the payload', () => {
    const create = (connections: Connections<Board>, parts: Parts) => createRooms({ ...parts, connections });
    expectTypeOf(create).returns.toEqualTypeOf<Rooms<Board>>();
    expectTypeOf<Parameters<Rooms<Board>['publish']>[1]>().toEqualTypeOf<{ x: number; note?: string }>();
    type Page = Awaited<ReturnType<Rooms<Board>['history']>>;
    expectTypeOf<Page['messages'][number]['payload']>().toEqualTypeOf<{ x: number; note?: string }>();
  });

  test('rejects connections of a protocol without rooms', () => {
    expectTypeOf(shop.name).toEqualTypeOf<'shop.v1'>();
    expectTypeOf<Connections<typeof shop>>().not.toExtend<Parameters<typeof createRooms>[0]['connections']>();
  });
});
