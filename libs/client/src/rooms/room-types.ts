import type {
  AnyRoomsProtocol,
  ContentInputOf,
  ContentOf,
  Event,
  Message,
  MessageOf,
  Reply,
  RoomsProtocol,
} from '@usher/protocol';
import type { Observable } from 'rxjs';

/** What every message of a room has. */
interface MessageState {
  /**
   * The UUID that this client assigned. Set on messages that this client sent, as long as they are in the list. On any other message
   * with a pending change, the key of the change.
   */
  readonly key?: string;
  /** The sequence number in the room, contiguous from 1. Missing until the server has confirmed the message. */
  readonly seq?: number;
  readonly id?: string;
  readonly from: string;
  /** Unix ms; by the server's clock once the message is sent. */
  readonly at: number;
  /**
   * - `waiting`: sent as soon as the connection, the room and the rate limit allow it
   * - `sending`: sent, not acknowledged
   * - `sent`: durable on the server
   * - `failed`: rejected permanently (`error`); call `retry` or `drop`
   *
   * With a `change` it is the status of the change.
   */
  readonly status: 'sent' | 'sending' | 'waiting' | 'failed';
  /** The error code if `status` is `failed`. */
  readonly error?: string;
}

/** A message of a chat room, with local changes applied. */
export interface RoomMessage extends MessageState {
  /** The current text, with pending changes applied; empty if the message is deleted. */
  readonly text: string;
  /** Unix ms of the last edit. */
  readonly edited?: number;
  /** Unix ms of the deletion. */
  readonly deleted?: number;
  /** A local change that is pending or has failed. An edit shows the new text; a failed `delete` shows the message. */
  readonly change?: 'edit' | 'delete';
}

/** A message of a room with a payload of the application. */
export interface PayloadRoomMessage<T> extends MessageState {
  readonly payload: T;
}

/** The messages of the rooms of a protocol. Unsent messages have the payload that was passed to `send`. */
export type RoomMessageOf<P extends AnyRoomsProtocol> =
  ContentOf<P> extends string ? RoomMessage : PayloadRoomMessage<ContentOf<P>>;

/** An entry of the outbox: a message or change that the server has not acknowledged. */
export interface Unsent {
  readonly key: string;
  readonly text: string;
  /** For a change: the sequence number of the message, or its key if the message is unsent itself. */
  readonly of?: number | string;
  /** Set if the change deletes the message. */
  readonly deletes?: true;
}

/** An entry of the outbox of a room with a payload of the application. */
export interface UnsentPayload<T> {
  readonly key: string;
  readonly payload: T;
}

/** The entries of the outboxes of a protocol. */
export type UnsentOf<P extends AnyRoomsProtocol> =
  ContentOf<P> extends string ? Unsent : UnsentPayload<ContentInputOf<P>>;

/** A user who is present in a room. */
export interface PresentUser {
  readonly user: string;
  readonly status: 'online' | 'away';
}

/** A contiguous part of a room: what `snapshot` returns, or a page that was fetched over HTTP. */
export interface RoomSnapshot<M = Message> {
  /** The epoch of the sequence numbers; missing if it is not known. */
  readonly epoch?: string;
  /** The sequence number before the part, and the last one in it. */
  readonly after: number;
  readonly seq: number;
  /** The messages in ascending order, as they were at `seq`. */
  readonly messages: readonly Omit<M, 'room'>[];
}

/** The unread counts of a room for the current user. */
export type Unread = Omit<Event<RoomsProtocol, 'unread'>, 'room'>;

export interface RoomState {
  /**
   * - `waiting`: not open, or no connection
   * - `joining`: the join request is pending
   * - `joined`: receives live messages
   * - `denied`: the user has no access (`code`); retried by `open()` and when the server reports that the user is a member
   */
  readonly name: 'joining' | 'joined' | 'denied' | 'waiting';
  /** The recovery of the last join. */
  readonly recovery?: Reply<RoomsProtocol, 'join'>['recovery'];
  readonly code?: string;
  /** The users who were present when this client joined. */
  readonly present?: Reply<RoomsProtocol, 'join'>['present'];
}

/** What every room has. */
export interface RoomBase<P extends AnyRoomsProtocol> {
  readonly name: string;
  /**
   * The messages of the server without gaps and duplicates, followed by the unsent ones. A change appears in its message; the
   * `seq` of the change itself is not in the list. Emits the current array on subscription and a new array after every change, in
   * which unchanged messages are the same objects.
   */
  readonly messages$: Observable<readonly RoomMessageOf<P>[]>;
  readonly state$: Observable<RoomState>;
  /** The users who are present, including the current user, sorted by name. Keeps the last list while disconnected. */
  readonly presence$: Observable<readonly PresentUser[]>;
  /** The other users who are typing: for 5 s after their last signal, or until their message arrives. */
  readonly typing$: Observable<readonly string[]>;
  /**
   * The last unread counts, from the server or after a local `read`. While the room is joined, the server reports them only after a
   * `read`; newer messages are in `messages$`.
   */
  readonly unread$: Observable<Unread | undefined>;
  /** All waiting, pending and failed entries in order. Store them to restore the outbox with `send`, `edit` and `remove` after a reload. */
  readonly unsent$: Observable<readonly UnsentOf<P>[]>;
  /** The first sequence number in memory, of a message or a change. Request older pages before it. `undefined` if there is none. */
  readonly oldest: number | undefined;
  /**
   * Adds a message to the outbox. The outbox sends in order, exactly once, while the room is joined.
   * @param key a UUID; generated by default. Pass the previous key to restore a message after a reload: the server stores it once.
   * @returns the key of the message.
   * @throws OutboxFull if the outbox has reached its limit.
   */
  send(content: ContentInputOf<P>, key?: string): string;
  /** Sends a failed message or change again under the same key. A change is found by its own key or by that of its message. */
  retry(key: string): void;
  /** Drops a waiting or failed message or change. If it was sent before, the server may still have it. */
  drop(key: string): void;
  /** Signals that the user is typing: at most every 2 s, and only while the room is joined. Call it on every key press. */
  typing(): void;
  /**
   * Marks everything up to `seq` as read. Does nothing if it is already read. Only one request is pending at a time, and the
   * highest `seq` wins. Sent again after a reconnect until the server acknowledges it.
   */
  read(seq: number): void;
  /** Joins the room, now and after every reconnect, until `close()`. Retries after a denial. */
  open(): void;
  /** Leaves the room. Keeps its messages, and the next `open()` recovers what was missed. */
  close(): void;
  /** Prepends an older page, fetched over HTTP. Ignores messages that are not contiguous or already in the list. */
  insertOlder(messages: readonly MessageOf<P>[]): void;
  /** Appends newer messages, fetched over HTTP before the room is joined. Ignores messages that are already in the list. */
  insertNewer(messages: readonly MessageOf<P>[]): void;
  /** Returns the last confirmed messages, at most `limit`. `undefined` if the room was never joined or was denied. */
  snapshot(limit: number): RoomSnapshot<MessageOf<P>> | undefined;
  /**
   * Shows messages from an earlier page load, or fetched over HTTP, until the room is joined. The join recovers what follows them and
   * replaces them if they are out of date. Does nothing once the room has messages or was joined.
   */
  restore(snapshot: RoomSnapshot<MessageOf<P>>): void;
}

/** The changes of texts. */
export interface TextChanges {
  /**
   * Edits a message of the current user, through the outbox. A message that was not sent or has failed is edited in place. For a
   * message that is being sent, the edit follows after it.
   * @param message the `seq` of the message, or its `key` if it has no `seq` yet.
   * @param key the key of the change, as for `send`.
   * @returns the key of the change, or of the message if it was edited in place.
   * @throws OutboxFull if the outbox has reached its limit.
   * @throws RangeError if there is no message with this key.
   */
  edit(message: number | string, text: string, key?: string): string;
  /** Deletes a message of the current user, through the outbox. A message that was not sent or has failed is dropped. */
  remove(message: number | string, key?: string): string;
}

/** A room. `Rooms.room` returns the same object for the same name. Messages with a payload cannot be edited or deleted. */
export type RoomHandle<P extends AnyRoomsProtocol = RoomsProtocol> = RoomBase<P> &
  (ContentOf<P> extends string ? TextChanges : unknown);

/** The text of a message, or a payload of the application. Inside this library, rooms have either. */
export type Content = string | object;
export type AnyMessage = Omit<Message, 'text'> & { text?: string | undefined; payload?: object | undefined };
export type AnyRoomMessage = Omit<RoomMessage, 'text'> & {
  readonly text?: string | undefined;
  readonly payload?: object | undefined;
};
export type AnyUnsent = Omit<Unsent, 'text'> & { readonly text?: string; readonly payload?: object };
export type AnyRoomHandle = Omit<
  RoomBase<RoomsProtocol>,
  'messages$' | 'unsent$' | 'send' | 'insertOlder' | 'insertNewer' | 'snapshot' | 'restore'
> &
  TextChanges & {
    readonly messages$: Observable<readonly AnyRoomMessage[]>;
    readonly unsent$: Observable<readonly AnyUnsent[]>;
    send(content: Content, key?: string): string;
    insertOlder(messages: readonly AnyMessage[]): void;
    insertNewer(messages: readonly AnyMessage[]): void;
    snapshot(limit: number): RoomSnapshot<AnyMessage> | undefined;
    restore(snapshot: RoomSnapshot<AnyMessage>): void;
  };

/** @typeParam P the protocol of the socket */
export interface Rooms<P extends AnyRoomsProtocol = RoomsProtocol> {
  /** Returns the room with this name. Sends nothing until the room is opened. */
  room(name: string): RoomHandle<P>;
  /** Sets whether the user is away. Sent again on every connection while it is set. */
  away(away: boolean): void;
  /** Emits the unread counts of any room of the user when they change. The initial counts are in `GET /api/rooms`. */
  readonly unread$: Observable<Unread & { readonly room: string }>;
  /** The user is no longer a member: left on another device, or removed while this connection had not joined the room. */
  readonly left$: Observable<{ readonly room: string }>;
  /** The user lost access to a joined room. Its messages are already deleted. */
  readonly removed$: Observable<{ readonly room: string; readonly code: string }>;
  /** Deletes all data: messages, positions, read markers and outboxes. Closes all rooms. */
  clear(): void;
}

export interface RoomsOptions {
  /** Returns the author of unsent messages. Defaults to the user in the server's `welcome`. */
  readonly user?: () => string;
  /** The maximum number of unsent messages and changes per room. Above it, `send` throws `OutboxFull`. Defaults to 200. */
  readonly maxUnsent?: number;
  /** How many sequence numbers per room are kept in memory. Older messages are removed; fetch them over HTTP. Defaults to 5,000. */
  readonly maxMessages?: number;
  /** Generates message keys, which must be UUIDs. */
  readonly uuid?: () => string;
}
