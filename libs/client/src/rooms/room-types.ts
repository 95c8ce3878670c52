import type { Message, Reply, RoomsProtocol } from '@usher/protocol';
import type { Observable } from 'rxjs';

/** A message as a page shows it. */
export interface RoomMessage {
  /** The UUID that this client gave it; on what was sent from here, for as long as the list holds it. */
  readonly key?: string;
  /** Its place in the room, contiguous from 1; without it, it has not come back from the server yet. */
  readonly seq?: number;
  readonly id?: string;
  readonly from: string;
  readonly text: string;
  /** Unix ms; the server's clock once it is sent. */
  readonly at: number;
  /**
   * - `waiting`: to be sent when the connection, the room or the rate limit lets it
   * - `sending`: sent, not acknowledged yet
   * - `sent`: durable on the server
   * - `failed`: refused for good (`error`); `retry` or `drop` it
   */
  readonly status: 'sent' | 'sending' | 'waiting' | 'failed';
  /** The error code, of `failed`. */
  readonly error?: string;
}

export interface RoomState {
  /**
   * - `waiting`: not open, or no connection
   * - `joining`: asked, not answered yet
   * - `joined`: live
   * - `denied`: not allowed, or not any more (`code`); not tried again until `open()`
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
   * What is to be shown: what the server has, contiguous in `seq` and without doubles whatever the connection goes through,
   * then what is still on its way there. A new array whenever something changed; the present one at once.
   */
  readonly messages$: Observable<readonly RoomMessage[]>;
  readonly state$: Observable<RoomState>;
  /**
   * Puts a text into the outbox. It goes out in order, exactly once, whenever the room is joined.
   * @param key a UUID, unless told one of its own. Under the key that it had before, a message that may have gone out already is
   *   there once all the same.
   * @returns the key of the message.
   * @throws OutboxFull when too many are waiting already.
   */
  send(text: string, key?: string): string;
  /** Sends a failed message again, under the same key. */
  retry(key: string): void;
  /** Forgets a message that is waiting or has failed. One that went out before may be on the server all the same. */
  drop(key: string): void;
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
  /** Forgets everything: messages, cursors, outboxes, and which rooms were open. Another person may sit down. */
  clear(): void;
}

export interface RoomsOptions {
  /** Who writes from here: the author of what is not sent yet. Unless told, whom the server has welcomed. */
  readonly user?: () => string;
  /** Most messages of a room that may wait to be sent; 200 unless told. One more throws `OutboxFull`. */
  readonly outbox?: number;
  /** Most messages of a room that are held; 5,000 unless told. Beyond it the oldest go, and can be had over HTTP again. */
  readonly held?: number;
  /** Makes keys, which must be UUIDs. */
  readonly uuid?: () => string;
}
