import type { Message, RoomsProtocol } from '@usher/protocol';
import type { Observable } from 'rxjs';
import { expectTypeOf, test } from 'vitest';
import type { WebSocket as NodeWebSocket } from 'ws';
import type { SocketConstructor } from './socket.ts';
import type { TicketSocket } from './ticket-socket.ts';

declare const socket: TicketSocket<RoomsProtocol>;

test('a socket knows its protocol’s requests, signals and events', () => {
  const sent = () => socket.request('send', { room: '', key: '', text: '' });
  expectTypeOf(sent).returns.resolves.toEqualTypeOf<{ seq: number; at: number }>();
  const messages = () => socket.on('message');
  expectTypeOf(messages).returns.toEqualTypeOf<Observable<Message>>();
  type Requests = Parameters<TicketSocket<RoomsProtocol>['request']>[0];
  expectTypeOf<Requests>().toEqualTypeOf<
    'ping' | 'renew' | 'join' | 'history' | 'leave' | 'send' | 'edit' | 'delete' | 'read'
  >();
  type Signals = Parameters<TicketSocket<RoomsProtocol>['signal']>[0];
  expectTypeOf<Signals>().toEqualTypeOf<'beat' | 'typing' | 'away'>();
});

test('the global WebSocket and the one of the ws package are socket constructors', () => {
  expectTypeOf<typeof WebSocket>().toExtend<SocketConstructor>();
  expectTypeOf<typeof NodeWebSocket>().toExtend<SocketConstructor>();
});
