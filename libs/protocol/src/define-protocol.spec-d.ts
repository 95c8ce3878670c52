import { type } from 'arktype';
import { Type } from 'typebox';
import * as v from 'valibot';
import { describe, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import {
  type coreProtocol,
  defineProtocol,
  type DefinedProtocol,
  extendProtocol,
  type TypesOf,
} from './define-protocol.ts';
import type { CoreProtocol as CoreMessages, RequestEvent, ResponseSignal } from './core-messages.ts';
import type {
  ErrorCode,
  Event,
  Params,
  ParamsInput,
  Reply,
  RequestType,
  ServerParams,
  ServerReply,
  ServerRequestType,
  Signal,
} from './protocol.ts';
import type {
  AnyRoomsProtocol,
  ContentInputOf,
  ContentOf,
  MessageOf,
  PayloadMessage,
  RoomsProtocol,
} from './room-messages.ts';
import { defineRooms, roomsProtocol } from './rooms.ts';
import type { OutputOf } from './schema.ts';

test('the types of the core messages are those of their schemas', () => {
  type Events = typeof coreProtocol.events;
  expectTypeOf<OutputOf<TypesOf<Events['welcome']>>>().toEqualTypeOf<OutputOf<CoreMessages['events']['welcome']>>();
  expectTypeOf<OutputOf<TypesOf<Events['request']>>>().toEqualTypeOf<RequestEvent>();
  expectTypeOf<OutputOf<TypesOf<typeof coreProtocol.signals.response>>>().toEqualTypeOf<ResponseSignal>();
  expectTypeOf<OutputOf<TypesOf<typeof coreProtocol.requests.renew.params>>>().toEqualTypeOf<{ ticket: string }>();
});

describe('schemas of every library give the same types', () => {
  const shop = defineProtocol({
    name: 'shop.v1',
    requests: {
      typebox: { params: Type.Object({ item: Type.String() }), reply: Type.Object({ number: Type.Number() }) },
      zod: { params: z.object({ item: z.string() }), reply: z.object({ number: z.number() }) },
      valibot: { params: v.object({ item: v.string() }), reply: v.object({ number: v.number() }) },
      arktype: { params: type({ item: 'string' }), reply: type({ number: 'number' }) },
    },
    signals: { look: z.object({ at: z.string() }) },
    events: { price: v.object({ price: v.number() }) },
    serverRequests: { confirm: { params: z.object({ question: z.string() }), reply: z.object({ yes: z.boolean() }) } },
    errors: ['sold_out'],
  });
  type Shop = typeof shop;

  test('of the protocol', () => {
    expectTypeOf(shop.name).toEqualTypeOf<'shop.v1'>();
    expectTypeOf(shop.errors).toExtend<readonly string[]>();
  });

  test('of requests, signals, events and server requests', () => {
    expectTypeOf<Params<Shop, 'typebox'>>().toEqualTypeOf<{ item: string }>();
    expectTypeOf<Params<Shop, 'zod'>>().toEqualTypeOf<{ item: string }>();
    expectTypeOf<Params<Shop, 'valibot'>>().toEqualTypeOf<{ item: string }>();
    expectTypeOf<Params<Shop, 'arktype'>>().toEqualTypeOf<{ item: string }>();
    expectTypeOf<Reply<Shop, 'typebox'>>().toEqualTypeOf<{ number: number }>();
    expectTypeOf<Reply<Shop, 'zod'>>().toEqualTypeOf<{ number: number }>();
    expectTypeOf<Reply<Shop, 'valibot'>>().toEqualTypeOf<{ number: number }>();
    expectTypeOf<Reply<Shop, 'arktype'>>().toEqualTypeOf<{ number: number }>();
    expectTypeOf<Signal<Shop, 'look'>>().toEqualTypeOf<{ at: string }>();
    expectTypeOf<Event<Shop, 'price'>>().toEqualTypeOf<{ price: number }>();
    expectTypeOf<ServerRequestType<Shop>>().toEqualTypeOf<'confirm'>();
    expectTypeOf<ServerParams<Shop, 'confirm'>>().toEqualTypeOf<{ question: string }>();
    expectTypeOf<ServerReply<Shop, 'confirm'>>().toEqualTypeOf<{ yes: boolean }>();
  });

  test('a schema that transforms has an input and an output', () => {
    const transforming = defineProtocol({
      name: 'x',
      requests: { a: { params: z.object({ at: z.string().transform(Number) }), reply: z.object({}) } },
    });
    expectTypeOf(transforming.name).toEqualTypeOf<'x'>();
    expectTypeOf<ParamsInput<typeof transforming, 'a'>>().toEqualTypeOf<{ at: string }>();
    expectTypeOf<Params<typeof transforming, 'a'>>().toEqualTypeOf<{ at: number }>();
  });

  test('a schema that is not an object is not accepted for params', () => {
    type Requests = NonNullable<Parameters<typeof defineProtocol>[0]['requests']>;
    expectTypeOf<{
      a: { params: ReturnType<typeof z.string>; reply: ReturnType<typeof z.string> };
    }>().not.toExtend<Requests>();
  });
});

describe('rooms', () => {
  const board = defineRooms({
    payload: Type.Object({ x: Type.Number() }),
    requests: { clear: { params: Type.Object({}), reply: Type.Object({ cleared: Type.Integer() }) } },
    errors: ['locked'],
  });
  type Board = typeof board;

  test('with a payload have typed messages', () => {
    expectTypeOf(board.rooms).toEqualTypeOf<'payload'>();
    expectTypeOf<Params<Board, 'send'>>().toEqualTypeOf<{ room: string; key: string; payload: { x: number } }>();
    expectTypeOf<MessageOf<Board>>().toEqualTypeOf<PayloadMessage<{ x: number }>>();
    expectTypeOf<ContentOf<Board>>().toEqualTypeOf<{ x: number }>();
    expectTypeOf<Reply<Board, 'join'>['messages']>().toEqualTypeOf<PayloadMessage<{ x: number }>[]>();
    expectTypeOf<Reply<Board, 'clear'>>().toEqualTypeOf<{ cleared: number }>();
    expectTypeOf<'locked'>().toExtend<ErrorCode<Board>>();
    expectTypeOf<'not_joined'>().toExtend<ErrorCode<Board>>();
    expectTypeOf<'edit'>().not.toExtend<RequestType<Board>>();
  });

  test('of every kind, also extended, are rooms', () => {
    const chat = extendProtocol(roomsProtocol, { events: { price: Type.Object({ price: Type.Number() }) } });
    expectTypeOf(chat.rooms).toEqualTypeOf<'text'>();
    expectTypeOf<RoomsProtocol>().toExtend<AnyRoomsProtocol>();
    expectTypeOf<Board>().toExtend<AnyRoomsProtocol>();
    expectTypeOf<typeof chat>().toExtend<AnyRoomsProtocol>();
    expectTypeOf<DefinedProtocol<{ name: 'x' }>>().not.toExtend<AnyRoomsProtocol>();
    expectTypeOf<ContentOf<typeof chat>>().toEqualTypeOf<string>();
    expectTypeOf<Event<typeof chat, 'price'>>().toEqualTypeOf<{ price: number }>();
    expectTypeOf<Params<typeof chat, 'edit'>['edits']>().toEqualTypeOf<number>();
  });

  test('with a schema that transforms distinguish what is sent from what is received', () => {
    const dated = defineRooms({ payload: z.object({ at: z.string().transform(Number) }) });
    expectTypeOf(dated.rooms).toEqualTypeOf<'payload'>();
    expectTypeOf<ContentInputOf<typeof dated>>().toEqualTypeOf<{ at: string }>();
    expectTypeOf<ContentOf<typeof dated>>().toEqualTypeOf<{ at: number }>();
  });
});
