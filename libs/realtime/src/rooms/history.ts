import type { Message } from '@usher/protocol';
import { RequestError } from '../connections/request-error.ts';

/** What somebody says: something new, another text for a message of theirs, or that they take one back. */
export type Entry = {
  readonly user: string;
  readonly key: string;
} & (
  | { readonly text: string; readonly edits?: undefined; readonly deletes?: undefined }
  /** `edits`: the `seq` of the message that says `text` from now on. */
  | { readonly text: string; readonly edits: number; readonly deletes?: undefined }
  /** `deletes`: the `seq` of the message that is taken back. */
  | { readonly deletes: number; readonly edits?: undefined }
);

/** What the history says of an appended message: the same for the same key. */
export interface Appended {
  /** As it is now: of an old one, the text may be another than that which was appended first. */
  readonly message: Message;
  /** The key had been appended before: this is the old answer and nothing new was written. */
  readonly duplicate: boolean;
}

/** Which messages to read. All are answered oldest first. */
export type Range =
  /** Those with `seq > after`, the earliest first, at most `limit` messages and about `bytes` bytes of text. */
  | { readonly after: number; readonly limit: number; readonly bytes: number }
  /** Those with `seq < before` (without it the newest), the latest first, at most `limit` messages and about `bytes` bytes of text. */
  | { readonly before?: number; readonly limit: number; readonly bytes?: number };

export interface HistoryPage {
  /** Identity of the room's history. Another epoch means that sequences start anew and no old cursor counts. */
  readonly epoch: string;
  /** The last sequence of the room at the moment of reading, 0 for none; read together with the messages. */
  readonly seq: number;
  readonly messages: readonly Message[];
  /** Whether the range goes on beyond this page (towards newer ones for `after`, older ones for `before`). */
  readonly more: boolean;
}

/**
 * The rooms' messages, for good.
 *
 * What every form promises:
 * - `append` resolves only when the message is durable (to the degree that the form's comment states), and gives `seq`
 *   contiguous from 1 per room. Appends to one room resolve in the order of their `seq`, and calls that one caller makes one
 *   after the other, without awaiting them, get their `seq` in the order of the calls.
 * - `key` belongs to user and room: the same (room, user, key) again resolves to the first message, `duplicate: true`, whatever
 *   has become of it or of the message that it changed, and whatever the text is now. A key that was used for another kind of entry, or
 *   for a change of another message, rejects with a `RequestError` `bad_message` (`refusalOfKey`): nothing was done.
 * - A change (`edits`, `deletes`) takes a place of its own in the sequence, and in the same step the message that it changes gets
 *   the new text and `edited`, or no text and `deleted`. With a message the texts of all edits of it go as well, for good: no
 *   form keeps them anywhere. A message that is not there, is taken back already or is itself a change rejects with a
 *   `RequestError` `not_found`, somebody else's with `forbidden`, and takes no place.
 * - `read` is one consistent view: `epoch`, `seq` and `messages` belong together, and it holds every message whose `append`
 *   had resolved, on any node, when the read began. Its cost is that of the page, not of the room.
 * - An unknown room rejects with `UnknownRoom`; a store out of reach with whatever error it has, and nothing is acknowledged.
 *   With a `RequestError` a form chooses itself what the client is told, e.g. `rate_limited` when its queue is full.
 */
export interface History {
  append(room: string, entry: Entry): Promise<Appended>;
  read(room: string, range: Range): Promise<HistoryPage>;
}

export class UnknownRoom extends Error {
  override readonly name = 'UnknownRoom';
}

/** Why a key cannot be used for an entry when it belongs to `known` already; `undefined` if they are the same request. */
export function refusalOfKey(known: Pick<Message, 'edits' | 'deletes'>, entry: Entry): RequestError | undefined {
  if (known.edits === entry.edits && known.deletes === entry.deletes) return undefined;
  return new RequestError('bad_message', 'this key was used for something else');
}

/** Why a message cannot be changed by somebody, `undefined` if it can: one rule for every form of the history. */
export function refusalOfChange(
  target: Pick<Message, 'from' | 'edits' | 'deletes' | 'deleted'> | undefined,
  user: string,
): RequestError | undefined {
  const { edits, deletes, deleted } = target ?? {};
  if (target === undefined || (edits ?? deletes ?? deleted) !== undefined) {
    return new RequestError('not_found', 'no such message');
  }
  return target.from === user ? undefined : new RequestError('forbidden', 'not a message of yours');
}
