import type { Message } from '@usher/protocol';

/** What the history says of an appended message: the same for the same key. */
export interface Appended {
  readonly message: Message;
  /** The key had been appended before: this is the old answer and nothing new was written. */
  readonly duplicate: boolean;
}

/** Which messages to read. All are answered oldest first. */
export type Range =
  /** Those with `seq > after`, the earliest first, at most `limit` messages and about `bytes` bytes of text. */
  | { readonly after: number; readonly limit: number; readonly bytes: number }
  /** Those with `seq < before` (without it the newest), the latest `limit` of them. */
  | { readonly before?: number; readonly limit: number };

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
 * - `key` belongs to user and room: the same (room, user, key) again resolves to the first message, `duplicate: true`.
 * - `read` is one consistent view: `epoch`, `seq` and `messages` belong together, and it holds every message whose `append`
 *   had resolved, on any node, when the read began. Its cost is that of the page, not of the room.
 * - An unknown room rejects with `UnknownRoom`; a store out of reach with whatever error it has, and nothing is acknowledged.
 *   With a `RequestError` a form chooses itself what the client is told, e.g. `rate_limited` when its queue is full.
 */
export interface History {
  append(
    room: string,
    entry: { readonly user: string; readonly key: string; readonly text: string },
  ): Promise<Appended>;
  read(room: string, range: Range): Promise<HistoryPage>;
}

export class UnknownRoom extends Error {
  override readonly name = 'UnknownRoom';
}
