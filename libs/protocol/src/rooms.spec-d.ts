import { describe, expectTypeOf, test } from 'vitest';
import { Type } from 'typebox';
import { defineProtocol } from './define-protocol.ts';
import type { ClientFrame, ErrorCode, Event, Params, Reply, RequestType, ServerFrame, SignalType } from './protocol.ts';
import type { Decoded } from './compile.ts';
import type { Message, RoomsProtocol } from './room-messages.ts';

describe('the rooms protocol', () => {
  test('has exactly its requests and signals', () => {
    expectTypeOf<RequestType<RoomsProtocol>>().toEqualTypeOf<
      'ping' | 'renew' | 'join' | 'history' | 'leave' | 'send' | 'edit' | 'delete' | 'read'
    >();
    expectTypeOf<SignalType<RoomsProtocol>>().toEqualTypeOf<'beat' | 'typing' | 'away'>();
  });
  test('has typed params, replies, events and error codes', () => {
    expectTypeOf<Params<RoomsProtocol, 'send'>>().toEqualTypeOf<{ room: string; key: string; text: string }>();
    expectTypeOf<Reply<RoomsProtocol, 'send'>>().toEqualTypeOf<{ seq: number; at: number }>();
    expectTypeOf<Params<RoomsProtocol, 'join'>['after']>().toEqualTypeOf<number | undefined>();
    expectTypeOf<Reply<RoomsProtocol, 'join'>['recovery']>().toEqualTypeOf<'fresh' | 'recovered' | 'gap'>();
    expectTypeOf<Event<RoomsProtocol, 'message'>>().toEqualTypeOf<Message>();
    expectTypeOf<ErrorCode<RoomsProtocol>>().toEqualTypeOf<
      | 'bad_message'
      | 'unknown_type'
      | 'not_found'
      | 'forbidden'
      | 'rate_limited'
      | 'invalid_ticket'
      | 'internal'
      | 'not_joined'
      | 'too_long'
      | 'too_many_rooms'
      | 'quota_exceeded'
      | 'storage_full'
    >();
  });
  test('narrows frames by their type', () => {
    const frame = { type: 'leave', id: 1, room: 'general' } as ClientFrame<RoomsProtocol>;
    if (frame.type === 'send') expectTypeOf(frame.text).toEqualTypeOf<string>();
    const event = { type: 'beat' } as ServerFrame<RoomsProtocol>;
    if (event.type === 'welcome') expectTypeOf(event.heartbeatMs).toEqualTypeOf<number>();
    const decoded = { kind: 'bad', code: 'bad_message', message: '' } as Decoded<RoomsProtocol>;
    if (decoded.kind === 'request' && decoded.type === 'join')
      expectTypeOf(decoded.params.room).toEqualTypeOf<string>();
  });
  test('does not add its messages to a custom protocol, which has only the core messages and its own', () => {
    const shop = defineProtocol({
      name: 'shop.v1',
      requests: {
        order: { params: Type.Object({ item: Type.String() }), reply: Type.Object({ number: Type.Number() }) },
      },
      errors: ['sold_out'],
    });
    expectTypeOf(shop.name).toEqualTypeOf<'shop.v1'>();
    expectTypeOf<RequestType<typeof shop>>().toEqualTypeOf<'ping' | 'renew' | 'order'>();
    expectTypeOf<Reply<typeof shop, 'order'>>().toEqualTypeOf<{ number: number }>();
    expectTypeOf<'sold_out'>().toExtend<ErrorCode<typeof shop>>();
    expectTypeOf<'not_joined'>().not.toExtend<ErrorCode<typeof shop>>();
  });
});
