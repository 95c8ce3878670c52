import type { Message, Params, RoomsProtocol } from '@usher/protocol';
import { roomBounds } from '@usher/protocol/server';
import { type MessageFormat, textFormat } from './content.ts';
import type { History, HistoryPage, Range } from './history.ts';
import { notFound } from '../support/errors.ts';

/** The page that a join reads from the history, limited to the size of a frame. */
export interface JoinPage extends HistoryPage {
  readonly recovery: 'fresh' | 'recovered' | 'gap';
}

const newest: Range = { limit: roomBounds.freshMessages, bytes: roomBounds.pageBytes };

/** The messages after a sequence number, up to the size of a frame. */
export function following(after: number): Range {
  return { after, limit: roomBounds.pageMessages, bytes: roomBounds.pageBytes };
}

/**
 * Reads the messages for the reply to a join: the missed messages if they can be recovered, otherwise the newest ones. For
 * `recovered`, `more` means that newer messages follow up to `seq`; otherwise it means that older messages exist.
 */
export async function readForJoin(
  history: History,
  { room, epoch, after }: Params<RoomsProtocol, 'join'>,
  format: MessageFormat,
): Promise<JoinPage> {
  if (after === undefined) return latest(await history.read(room, newest), 'fresh', format);
  const page = await history.read(room, following(after));
  const missed = page.seq - after;
  const first = page.messages[0];
  const recoverable =
    (epoch === undefined || epoch === page.epoch) &&
    missed >= 0 &&
    missed <= roomBounds.recoverableMessages &&
    // A history with limited retention may have deleted the missed messages.
    (missed === 0 || first?.seq === after + 1);
  if (!recoverable) return latest(await history.read(room, newest), 'gap', format);
  return { ...page, ...limitToFrame(page, 'oldest', format), recovery: 'recovered' };
}

/**
 * Reads the page before a sequence number, or the newest one. Rejects with a `RequestError` with the code `not_found` if the room does not
 * exist.
 */
export async function readPage(
  history: History,
  room: string,
  { before, limit = roomBounds.freshMessages }: { readonly before?: number; readonly limit?: number } = {},
  format: MessageFormat,
): Promise<{ messages: Message[]; more: boolean }> {
  const range = { limit: Math.min(limit, roomBounds.pageMessages), bytes: roomBounds.pageBytes };
  try {
    const page = await history.read(room, before === undefined ? range : { ...range, before });
    return limitToFrame(page, 'newest', format);
  } catch (error) {
    throw notFound(error);
  }
}

/**
 * Limits a page to `pageBytes` of JSON, so that it fits a frame. At least one message remains.
 *
 * @param keep which messages remain: the oldest or the newest ones
 * @param format the format of the messages; defaults to texts
 */
export function limitToFrame(
  { messages, more }: Pick<HistoryPage, 'messages' | 'more'>,
  keep: 'oldest' | 'newest' = 'oldest',
  format = textFormat,
): { messages: Message[]; more: boolean } {
  const last = messages.length - 1;
  const count = fitting(messages, keep === 'oldest' ? (index) => index : (index) => last - index);
  const kept = keep === 'oldest' ? messages.slice(0, count) : messages.slice(messages.length - count);
  return { messages: kept.map(format.toWire), more: more || count < messages.length };
}

function latest(page: HistoryPage, recovery: 'fresh' | 'gap', format: MessageFormat): JoinPage {
  return { ...page, ...limitToFrame(page, 'newest', format), recovery };
}

/** Returns how many messages, in the order of `at`, fit `pageBytes` as JSON; at least one. */
function fitting(messages: readonly Message[], at: (index: number) => number): number {
  let characters = 0;
  for (const { text } of messages) characters += text.length;
  // JSON escapes a character with at most six bytes (\uXXXX). The other fields of a message take less than 512 bytes.
  if (characters * 6 + messages.length * 512 <= roomBounds.pageBytes) return messages.length;
  let bytes = 0;
  for (let index = 0; index < messages.length; index++) {
    bytes += Buffer.byteLength(JSON.stringify(messages[at(index)]));
    if (bytes > roomBounds.pageBytes) return Math.max(1, index);
  }
  return messages.length;
}
