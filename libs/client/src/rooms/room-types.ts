import type { Event, Message, Reply, RoomsProtocol } from '@usher/protocol';
import type { Observable } from 'rxjs';

/** A message as a page shows it. */
export interface RoomMessage {
  /**
   * The UUID that this client gave it; on what was sent from here, for as long as the list holds it. On any other that is being
   * changed from here, that of the change.
   */
  readonly key?: string;
  /** Its place in the room, contiguous from 1; without it, it has not come back from the server yet. */
  readonly seq?: number;
  readonly id?: string;
  readonly from: string;
  /** As it is now, with what is changed from here; empty where it is taken back. */
  readonly text: string;
  /** Unix ms; the server's clock once it is sent. */
  readonly at: number;
  /**
   * - `waiting`: to be sent when the connection, the room or the rate limit lets it
   * - `sending`: sent, not acknowledged yet
   * - `sent`: durable on the server
   * - `failed`: refused for good (`error`); `retry` or `drop` it
   *
   * With a `change` it is that of the change.
   */
  readonly status: 'sent' | 'sending' | 'waiting' | 'failed';
  /** The error code, of `failed`. */
  readonly error?: string;
  /** Unix ms: when its text was changed last. */
  readonly edited?: number;
  /** Unix ms: when it was taken back. */
  readonly deleted?: number;
  /** What is being done to it from here, and is not done or has failed. An edit shows its text, a `delete` that failed the message. */
  readonly change?: 'edit' | 'delete';
}

/** What was written here and is not known to be on the server. */
export interface Unsent {
  readonly key: string;
  readonly text: string;
  /** Of a change: the sequence of the message, or its key where it is unsent itself. */
  readonly of?: number | string;
  /** Whether that is to be taken back. */
  readonly deletes?: true;
}

/** Who is in a room. */
export interface Person {
  readonly user: string;
  readonly status: 'online' | 'away';
}

/** What one has not read of a room. */
export type Unread = Omit<Event<RoomsProtocol, 'unread'>, 'room'>;

export interface RoomState {
  /**
   * - `waiting`: not open, or no connection
   * - `joining`: asked, not answered yet
   * - `joined`: live
   * - `denied`: not allowed, or not any more (`code`); tried again by `open()`, and when the server reports that the user is a member
   */
  readonly name: 'joining' | 'joined' | 'denied' | 'waiting';
  /** How the last join went. */
  readonly recovery?: Reply<RoomsProtocol, 'join'>['recovery'];
  readonly code?: string;
  /** Who was there when this client joined. */
  readonly present?: Reply<RoomsProtocol, 'join'>['present'];
}

/** One room. The same object for the same name, for as long as the `Rooms` live. */
export interface RoomHandle {
  readonly name: string;
  /**
   * What is to be shown: what the server has, without doubles and without holes whatever the connection goes through, then what is
   * still on its way there. A change of a message shows in that message; it has a `seq` of its own, which no message here has. A new
   * array whenever something changed, in which what did not change is the same object; the present one at once.
   */
  readonly messages$: Observable<readonly RoomMessage[]>;
  readonly state$: Observable<RoomState>;
  /** Who is in the room, oneself included, in the order of their names. While there is no connection: who was there last. */
  readonly people$: Observable<readonly Person[]>;
  /** The others who are writing now: for 5 s after they last did, or until they have said it. */
  readonly typing$: Observable<readonly string[]>;
  /**
   * What was last heard of what one has not read: from the server, or by one's own `read`. Of a room that is joined the server
   * tells after a `read` only: what came since is in `messages$`.
   */
  readonly unread$: Observable<Unread | undefined>;
  /** All that is waiting, on its way or failed, in its order: what to put back in by `send`, `edit` and `remove` after a reload. */
  readonly unsent$: Observable<readonly Unsent[]>;
  /** The first sequence that is held, and be it a change; older pages are those before it. Without anything, `undefined`. */
  readonly oldest: number | undefined;
  /**
   * Puts a text into the outbox. It goes out in order, exactly once, whenever the room is joined.
   * @param key a UUID, unless told one of its own. Under the key that it had before, a message that may have gone out already is
   *   there once all the same.
   * @returns the key of the message.
   * @throws OutboxFull when too many are waiting already.
   */
  send(text: string, key?: string): string;
  /**
   * Changes the text of a message of one's own: through the outbox, like a message. One that has not gone out, or was refused, is
   * changed where it is; one that is on its way is changed when it is there.
   * @param message its `seq`, or its `key` where it has none yet.
   * @param key of the change, as for `send`.
   * @returns the key of the change, or of the message that was changed in place.
   * @throws OutboxFull when too many are waiting already.
   * @throws RangeError where there is no message of that key.
   */
  edit(message: number | string, text: string, key?: string): string;
  /** Takes a message back, as `edit` changes it. One that has not gone out, or was refused, is dropped. */
  remove(message: number | string, key?: string): string;
  /** Sends a failed message, or a failed change (by its own key or that of its message), again, under the same key. */
  retry(key: string): void;
  /** Forgets a message or a change that is waiting or has failed. One that went out before may be on the server all the same. */
  drop(key: string): void;
  /** Tells the others that one is writing: at most every 2 s, and only in a room that is joined. To be called at every key. */
  typing(): void;
  /**
   * Everything up to `seq` is read. What was read already costs nothing. One request is under way, the newest wins, and it is
   * sent again after a reconnect until the server has it.
   */
  read(seq: number): void;
  /** Joins, now and after every reconnect, until `close()`. After a denial, asks again. */
  open(): void;
  /** Leaves. What was there is kept, and the next `open()` goes on from it. */
  close(): void;
  /** Puts an older page, got over HTTP, before what is there. What would leave a hole or stand there twice is left out. */
  insertOlder(messages: readonly Message[]): void;
}

export interface Rooms {
  /** The room of that name; nothing is asked of the server before it is opened. */
  room(name: string): RoomHandle;
  /** Whether the person looks elsewhere. Said again on every connection for as long as it is so. */
  away(away: boolean): void;
  /** What is unread of any room of theirs, whenever something was heard of it. What is unread at first stands in `GET /api/rooms`. */
  readonly unread$: Observable<Unread & { readonly room: string }>;
  /** A room is in the person's list no more: they left it on some device, or were taken out where this connection had not joined it. */
  readonly left$: Observable<{ readonly room: string }>;
  /** The right to a room is gone: nothing that was held of it is left. */
  readonly removed$: Observable<{ readonly room: string; readonly code: string }>;
  /** Forgets everything: messages, cursors, marks, outboxes, and which rooms were open. Another person may sit down. */
  clear(): void;
}

export interface RoomsOptions {
  /** Who writes from here: the author of what is not sent yet. Unless told, whom the server has welcomed. */
  readonly user?: () => string;
  /** Most messages and changes of a room that may wait to be sent; 200 unless told. One more throws `OutboxFull`. */
  readonly outbox?: number;
  /** Most messages of a room that are held, changes of them included; 5,000 unless told. Beyond it the oldest go, and can be had over HTTP again. */
  readonly held?: number;
  /** Makes keys, which must be UUIDs. */
  readonly uuid?: () => string;
}
