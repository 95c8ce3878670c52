import type { AnyRoomsProtocol, PayloadRoomsProtocol, RoomsProtocol, Schema } from '@usher/protocol';
import type { Observable } from 'rxjs';
import { describe, expectTypeOf, test } from 'vitest';
import type { TicketSocket } from '../socket/ticket-socket.ts';
import type { PayloadRoomMessage, RoomHandle, RoomMessage, Rooms } from './room-types.ts';
import type { createRooms } from './rooms.ts';

interface Move {
  x: number;
}
type Board = PayloadRoomsProtocol<Move>;
/** As `extendProtocol` returns it. */
type Chat = Omit<RoomsProtocol, 'events'> & {
  readonly events: RoomsProtocol['events'] & { readonly price: Schema<{ price: number }> };
};
type MessagesOf<P extends AnyRoomsProtocol> = RoomHandle<P>['messages$'] extends Observable<infer M> ? M : never;

describe('rooms', () => {
  test('of the chat have texts that can be edited', () => {
    expectTypeOf<MessagesOf<RoomsProtocol>>().toEqualTypeOf<readonly RoomMessage[]>();
    expectTypeOf<Parameters<RoomHandle['send']>[0]>().toEqualTypeOf<string>();
    expectTypeOf<Parameters<RoomHandle['edit']>[1]>().toEqualTypeOf<string>();
  });

  test('with a payload have typed payloads that cannot be edited', () => {
    expectTypeOf<MessagesOf<Board>>().toEqualTypeOf<readonly PayloadRoomMessage<Move>[]>();
    expectTypeOf<Parameters<RoomHandle<Board>['send']>[0]>().toEqualTypeOf<Move>();
    expectTypeOf<'edit'>().not.toExtend<keyof RoomHandle<Board>>();
  });

  test('can be created over the socket of a superset', () => {
    type Create = typeof createRooms<Chat>;
    expectTypeOf<TicketSocket<Chat>>().toExtend<Parameters<Create>[0]>();
    expectTypeOf<ReturnType<Create>>().toEqualTypeOf<Rooms<Chat>>();
    expectTypeOf<MessagesOf<Chat>>().toEqualTypeOf<readonly RoomMessage[]>();
  });
});
