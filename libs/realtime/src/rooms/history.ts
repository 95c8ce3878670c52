import type { Message } from '@usher/protocol';
import { withDeadline } from '../support/deadline.ts';
import { RequestError } from '../support/errors.ts';

/** A new message, an edit of a message, or the deletion of a message. */
export type Entry = {
  readonly user: string;
  readonly key: string;
} & (
  | { readonly text: string; readonly edits?: undefined; readonly deletes?: undefined; readonly byOperator?: undefined }
  /** `edits`: the `seq` of the message whose text becomes `text`. */
  | { readonly text: string; readonly edits: number; readonly deletes?: undefined; readonly byOperator?: undefined }
  /**
   * `deletes`: the `seq` of the message to delete. `byOperator`: `user` may delete messages of other users, even in a read-only room.
   * Defaults to false.
   */
  | { readonly deletes: number; readonly edits?: undefined; readonly byOperator?: boolean }
);

/** The result of an append. The same key always yields the same message. */
export interface Appended {
  /** The message in its current state. For a duplicate, the text may differ from the text that was first appended. */
  readonly message: Message;
  /** The key was used before. Nothing new was written. */
  readonly duplicate: boolean;
}

/** Which messages to read. Pages are always ordered oldest first. */
export type Range =
  /** Messages with `seq > after`, starting with the earliest: at most `limit` messages and about `bytes` bytes of text. */
  | { readonly after: number; readonly limit: number; readonly bytes: number }
  /**
   * The latest messages with `seq < before`, or the newest ones without `before`: at most `limit` messages and about `bytes` bytes
   * of text.
   */
  | { readonly before?: number; readonly limit: number; readonly bytes?: number };

export interface HistoryPage {
  /** The identity of the room's sequence. With another epoch, sequences start again at 1 and old cursors are invalid. */
  readonly epoch: string;
  /** The room's last sequence number, 0 for an empty room; read atomically with the messages. */
  readonly seq: number;
  readonly messages: readonly Message[];
  /** Whether more messages follow in the direction of the range: newer ones for `after`, older ones otherwise. */
  readonly more: boolean;
}

/** The last sequence number of a room, 0 for an empty room, and the epoch that it belongs to. */
export type RoomHead = Pick<HistoryPage, 'epoch' | 'seq'>;

/**
 * The durable messages of all rooms.
 *
 * Every implementation guarantees:
 * - `append` resolves only when the message is durable, to the degree that the implementation documents. It assigns contiguous
 *   `seq` numbers from 1 per room. Appends to one room resolve in the order of their `seq`. Concurrent appends of one caller get
 *   their `seq` in the order of the calls.
 * - `key` is scoped to the user and the room. Repeating (room, user, key) resolves to the first message with `duplicate: true`,
 *   even if the text differs or the message was changed or deleted. Reusing a key for another kind of entry, or for a change of
 *   another message, rejects with a `RequestError` `bad_message` (`keyConflict`) and writes nothing.
 * - A change (`edits`, `deletes`) gets its own place in the sequence. In the same transaction the target message gets the new text
 *   and `edited`, or an empty text and `deleted`. Deleting a message permanently deletes the texts of all its edits too. A target
 *   that does not exist, is deleted or is itself a change rejects with a `RequestError` `not_found`. A message of another user
 *   rejects with `forbidden`, except a deletion with `byOperator`. A rejected change takes no place.
 * - `read` is a consistent snapshot of `epoch`, `seq` and `messages`. It includes every message whose `append` had resolved on any
 *   node when the read began. Its cost depends on the page, not on the room.
 * - `heads` returns for each known room what a `read` at that moment would return, and omits unknown rooms. Callers ask for at most
 *   200 rooms; one call costs about as much as a small page. Two rooms need not be read at the same moment.
 * - A call should settle within 2 seconds. Callers do not wait longer (`RoomsOptions.storeTimeoutMs`); an `append` that resolves
 *   later is still published.
 * - An unknown room rejects with `UnknownRoom`. An unavailable store rejects with its own error, and nothing is acknowledged. An
 *   implementation may reject with a `RequestError` to choose the response to the client, for example `rate_limited` when its queue
 *   is full.
 */
export interface History {
  append(room: string, entry: Entry): Promise<Appended>;
  read(room: string, range: Range): Promise<HistoryPage>;
  heads(rooms: readonly string[]): Promise<ReadonlyMap<string, RoomHead>>;
}

/** A history whose `read` and `heads` reject with `StoreTimeout` after `ms` milliseconds. */
export function limitHistory(history: History, ms: number): History {
  return {
    append: (room, entry) => history.append(room, entry),
    read: (room, range) => withDeadline('history.read', () => history.read(room, range), ms),
    heads: (rooms) => withDeadline('history.heads', () => history.heads(rooms), ms),
  };
}

/**
 * Checks whether an entry may reuse a key that belongs to `known`.
 *
 * @returns the error to reject with, or `undefined` if both are the same request
 */
export function keyConflict(known: Pick<Message, 'edits' | 'deletes'>, entry: Entry): RequestError | undefined {
  if (known.edits === entry.edits && known.deletes === entry.deletes) return undefined;
  return new RequestError('bad_message', 'this key was already used for another request');
}

/**
 * Checks whether an entry may change a message. All implementations of `History` share this rule.
 *
 * @returns the error to reject with, or `undefined` if the change is allowed
 */
export function changeDenial(
  target: Pick<Message, 'from' | 'edits' | 'deletes' | 'deleted'> | undefined,
  { user, byOperator = false }: Pick<Entry, 'user' | 'byOperator'>,
): RequestError | undefined {
  const { edits, deletes, deleted } = target ?? {};
  if (target === undefined || (edits ?? deletes ?? deleted) !== undefined) {
    return new RequestError('not_found', 'no such message');
  }
  if (target.from === user || byOperator) return undefined;
  return new RequestError('forbidden', 'this message belongs to another user');
}

/** The error with which a history rejects an entry in a read-only room. */
export function readOnlyRoom(): RequestError {
  return new RequestError('forbidden', 'this room is read-only');
}
