import type { CoreProtocol, NoRequests, RequestSchema } from './core-messages.ts';
import type { Protocol } from './protocol.ts';
import type { Schema } from './schema.ts';

/** A message of a chat room as members receive it: a text, an edit or a deletion. */
export interface Message {
  room: string;
  seq: number;
  id: string;
  from: string;
  text: string;
  at: number;
  edits?: number;
  deletes?: number;
  edited?: number;
  deleted?: number;
}

/** A message of a room with a payload of the application, as members receive it. */
export interface PayloadMessage<T = unknown> {
  room: string;
  /** Contiguous from 1 in its room. */
  seq: number;
  id: string;
  from: string;
  payload: T;
  /** Unix milliseconds on the server's clock. */
  at: number;
}

interface PresentEntry {
  user: string;
  status: 'online' | 'away';
}

interface Sent {
  seq: number;
  at: number;
}

interface Page<M> {
  messages: M[];
  more: boolean;
}

/** One object type instead of an intersection, for readable error messages. */
type Flat<T> = { [K in keyof T]: T[K] };

type RoomRequests<M, C extends object, D extends object = C> = Readonly<{
  join: RequestSchema<
    { room: string; epoch?: string; after?: number },
    Page<M> & {
      room: string;
      epoch: string;
      seq: number;
      recovery: 'fresh' | 'recovered' | 'gap';
      present: PresentEntry[];
    }
  >;
  history: RequestSchema<{ room: string; after: number }, Page<M>>;
  leave: RequestSchema<{ room: string }, object>;
  send: {
    params: Schema<Flat<{ room: string; key: string } & C>, Flat<{ room: string; key: string } & D>>;
    reply: Schema<Sent>;
  };
  read: RequestSchema<{ room: string; seq: number }, object>;
}>;

type ChangeRequests = Readonly<{
  edit: RequestSchema<{ room: string; key: string; edits: number; text: string }, Sent>;
  delete: RequestSchema<{ room: string; key: string; deletes: number }, Sent>;
}>;

type RoomSignals = Readonly<{
  typing: Schema<{ room: string }>;
  away: Schema<{ away: boolean }>;
}>;

type RoomEvents<M> = Readonly<{
  message: Schema<M>;
  unread: Schema<{ room: string; seq: number; read: number; mentions: number; count: number }>;
  presence: Schema<{ room: string; user: string; status: 'online' | 'away' | 'offline' }>;
  typing: Schema<{ room: string; user: string }>;
  left: Schema<{ room: string }>;
  removed: Schema<{ room: string; code: string }>;
}>;

type RoomError = 'not_joined' | 'too_long' | 'too_many_rooms' | 'quota_exceeded' | 'storage_full';
type RoomErrors = readonly (CoreProtocol['errors'][number] | RoomError)[];

/** The rooms protocol of the chat: its messages are texts that can be edited and deleted. */
export interface RoomsProtocol extends Protocol {
  readonly name: 'usher.v1';
  readonly rooms: 'text';
  readonly requests: CoreProtocol['requests'] & RoomRequests<Message, { text: string }> & ChangeRequests;
  readonly signals: CoreProtocol['signals'] & RoomSignals;
  readonly events: CoreProtocol['events'] &
    RoomEvents<Message> &
    Readonly<{
      /** A room became read-only, or is no longer. */
      archived: Schema<{ room: string; archived: boolean }>;
      /** An event of a backend, `name` says what happened. */
      event: Schema<{ name: string; data: Record<string, unknown> }>;
    }>;
  readonly serverRequests: NoRequests;
  readonly errors: RoomErrors;
}

/**
 * A rooms protocol whose messages have a payload of the application. Made by `defineRooms`.
 *
 * @typeParam T the payload that members receive
 * @typeParam Input the payload that clients send; differs from `T` only if the schema transforms values
 */
export interface PayloadRoomsProtocol<T extends object = object, Input extends object = T> extends Protocol {
  readonly name: string;
  readonly rooms: 'payload';
  readonly requests: CoreProtocol['requests'] & RoomRequests<PayloadMessage<T>, { payload: T }, { payload: Input }>;
  readonly signals: CoreProtocol['signals'] & RoomSignals;
  readonly events: CoreProtocol['events'] & RoomEvents<PayloadMessage<T>>;
  readonly serverRequests: NoRequests;
  readonly errors: RoomErrors;
}

/** Every protocol that contains the messages of rooms: those of this library, and extensions of them. */
export interface AnyRoomsProtocol extends Protocol {
  readonly rooms: 'text' | 'payload';
  readonly requests: Protocol['requests'] &
    CoreProtocol['requests'] &
    RoomRequests<Pick<Message, 'room' | 'seq' | 'id' | 'from' | 'at'>, object>;
  readonly signals: Protocol['signals'] & CoreProtocol['signals'] & RoomSignals;
  readonly events: Protocol['events'] &
    CoreProtocol['events'] &
    RoomEvents<Pick<Message, 'room' | 'seq' | 'id' | 'from' | 'at'>>;
}

/** What a message contains: the text of a chat message, or the payload of the application. */
export type ContentOf<P extends AnyRoomsProtocol> =
  P['events']['message'] extends Schema<{ payload: infer T extends object }, unknown> ? T : string;

/** What a client sends as a message. Differs from `ContentOf` only if the schema transforms values. */
export type ContentInputOf<P extends AnyRoomsProtocol> =
  P['requests']['send']['params'] extends Schema<unknown, { payload: infer T extends object }> ? T : string;

/** A message as members receive it. */
export type MessageOf<P extends AnyRoomsProtocol> = P['events']['message'] extends Schema<infer M, unknown> ? M : never;
