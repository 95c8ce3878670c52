import type { Message, Params, RoomsProtocol } from '@usher/protocol';
import { roomBounds } from '@usher/protocol/server';
import { asShown } from './as-shown.ts';
import type { History, HistoryPage, Range } from './history.ts';

/** What a join finds in the history, within the bounds of a frame. */
export interface JoinPage extends HistoryPage {
  readonly recovery: 'fresh' | 'recovered' | 'gap';
}

const newest: Range = { limit: roomBounds.freshMessages, bytes: roomBounds.pageBytes };

/** The next messages after a sequence, as many as one frame may carry. */
export function following(after: number): Range {
  return { after, limit: roomBounds.pageMessages, bytes: roomBounds.pageBytes };
}

/**
 * Reads what a join answers: what was missed if that can still be told, the newest messages otherwise.
 * `more` says of `recovered` that newer ones follow up to `seq`, otherwise that there are older ones.
 */
export async function readForJoin(
  history: History,
  { room, epoch, after }: Params<RoomsProtocol, 'join'>,
): Promise<JoinPage> {
  if (after === undefined) return latest(await history.read(room, newest), 'fresh');
  const page = await history.read(room, following(after));
  const missed = page.seq - after;
  const first = page.messages[0];
  const recoverable =
    (epoch === undefined || epoch === page.epoch) &&
    missed >= 0 &&
    missed <= roomBounds.recoverableMessages &&
    // A history that forgets may have forgotten just these.
    (missed === 0 || first?.seq === after + 1);
  if (!recoverable) return latest(await history.read(room, newest), 'gap');
  return { ...page, ...withinFrame(page), recovery: 'recovered' };
}

/**
 * Limits a page to `pageBytes` of JSON, so that it fits a frame. At least one message is kept.
 * @param keep which messages stay: the oldest or the newest ones
 */
export function withinFrame(
  { messages, more }: Pick<HistoryPage, 'messages' | 'more'>,
  keep: 'oldest' | 'newest' = 'oldest',
): { messages: Message[]; more: boolean } {
  const last = messages.length - 1;
  const count = fitting(messages, keep === 'oldest' ? (index) => index : (index) => last - index);
  const kept = keep === 'oldest' ? messages.slice(0, count) : messages.slice(messages.length - count);
  return { messages: shown(kept), more: more || count < messages.length };
}

function latest(page: HistoryPage, recovery: 'fresh' | 'gap'): JoinPage {
  return { ...page, ...withinFrame(page, 'newest'), recovery };
}

/** How many messages, taken in the order of `at`, fit `pageBytes` as JSON; one always does. */
function fitting(messages: readonly Message[], at: (index: number) => number): number {
  let characters = 0;
  for (const { text } of messages) characters += text.length;
  // The worst that JSON does to a character is \uXXXX; names and numbers of a message stay below 512 bytes.
  if (characters * 6 + messages.length * 512 <= roomBounds.pageBytes) return messages.length;
  let bytes = 0;
  for (let index = 0; index < messages.length; index++) {
    bytes += Buffer.byteLength(JSON.stringify(messages[at(index)]));
    if (bytes > roomBounds.pageBytes) return Math.max(1, index);
  }
  return messages.length;
}

/** Only what the protocol names: a history may hand over more than everybody may see. */
function shown(messages: readonly Message[]): Message[] {
  return messages.map(asShown);
}
