import { randomUUID } from 'node:crypto';
import type { Message } from '@usher/protocol';
import {
  type Appended,
  type Entry,
  type History,
  type HistoryPage,
  type Range,
  type RoomHead,
  changeDenial,
  keyConflict,
} from './history.ts';
import { UnknownRoom } from '../support/errors.ts';

export interface MemoryHistoryOptions {
  /** The rooms to create at the start. */
  readonly rooms?: readonly string[];
  /** The number of messages to keep per room. Defaults to 10,000. Older messages are deleted together with their keys. */
  readonly keep?: number;
  /** Returns Unix milliseconds. Defaults to `Date.now`. */
  readonly now?: () => number;
}

export interface MemoryHistory extends History {
  /** Creates a room. Does nothing if it exists. */
  create(room: string): void;
}

interface RoomLog {
  readonly epoch: string;
  seq: number;
  /**
   * The newest messages, oldest first; the last one has the sequence number `seq`. Entries are replaced, never mutated, so pages
   * that were read stay unchanged.
   */
  messages: Message[];
  /** The sequence number by key and user. */
  readonly byKey: Map<string, number>;
  readonly keys: string[];
}

/**
 * A history that lives as long as its process: nothing is durable, and every restart begins a new epoch. For tests, and for
 * deployments whose messages need not survive a restart.
 */
export function createMemoryHistory(options: MemoryHistoryOptions = {}): MemoryHistory {
  const keep = options.keep ?? 10_000;
  const now = options.now ?? Date.now;
  const rooms = new Map<string, RoomLog>();
  for (const room of options.rooms ?? []) create(room);

  function create(room: string): void {
    if (rooms.has(room)) return;
    rooms.set(room, { epoch: randomUUID(), seq: 0, messages: [], byKey: new Map(), keys: [] });
  }

  function find(room: string): RoomLog {
    const log = rooms.get(room);
    if (log === undefined) throw new UnknownRoom('no such room');
    return log;
  }

  function append(room: string, entry: Entry): Appended {
    const log = find(room);
    const fullKey = `${entry.key} ${entry.user}`;
    const old = log.byKey.get(fullKey);
    if (old !== undefined) {
      const message = at(log, old);
      const conflict = keyConflict(message, entry);
      if (conflict !== undefined) throw conflict;
      return { message, duplicate: true };
    }
    const target = entry.edits ?? entry.deletes;
    if (target !== undefined) {
      const denial = changeDenial(log.messages[indexOf(log, target)], entry);
      if (denial !== undefined) throw denial;
    }
    const message = messageOf(room, ++log.seq, entry, now());
    log.messages.push(message);
    log.byKey.set(fullKey, message.seq);
    log.keys.push(fullKey);
    change(log, message);
    forget(log, keep);
    return { message, duplicate: false };
  }

  function read(room: string, range: Range): HistoryPage {
    const { epoch, seq, messages } = find(room);
    const first = seq - messages.length + 1;
    if ('after' in range) {
      const from = Math.min(messages.length, Math.max(0, range.after + 1 - first));
      let to = from;
      let bytes = 0;
      for (; to < messages.length && to - from < range.limit; to++) {
        bytes += Buffer.byteLength(messages[to]?.text ?? '');
        // The first message is always returned, however large it is; otherwise the reader could not advance past it.
        if (bytes > range.bytes && to > from) break;
      }
      return { epoch, seq, messages: messages.slice(from, to), more: to < messages.length };
    }
    const to = Math.max(0, Math.min(messages.length, (range.before ?? seq + 1) - first));
    const { bytes: most = Number.MAX_SAFE_INTEGER } = range;
    let from = to;
    let bytes = 0;
    for (; from > 0 && to - from < range.limit; from--) {
      bytes += Buffer.byteLength(messages[from - 1]?.text ?? '');
      if (bytes > most && from < to) break;
    }
    return { epoch, seq, messages: messages.slice(from, to), more: from > 0 };
  }

  function heads(names: readonly string[]): Map<string, RoomHead> {
    const found = new Map<string, RoomHead>();
    for (const name of names) {
      const log = rooms.get(name);
      if (log !== undefined) found.set(name, { epoch: log.epoch, seq: log.seq });
    }
    return found;
  }

  return {
    create,
    append: (room, entry) => attempt(() => append(room, entry)),
    read: (room, range) => attempt(() => read(room, range)),
    heads: (names) => attempt(() => heads(names)),
  };
}

/** Runs `work` synchronously, so that appends get their sequence numbers in the order of the calls. */
function attempt<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(work());
  });
}

function indexOf({ seq, messages }: RoomLog, wanted: number): number {
  return wanted - (seq - messages.length + 1);
}

function at(log: RoomLog, seq: number): Message {
  const message = log.messages[indexOf(log, seq)];
  if (message === undefined) throw new Error('a message was forgotten before its key');
  return message;
}

function messageOf(room: string, seq: number, entry: Entry, now: number): Message {
  const message: Message = { room, seq, id: randomUUID(), from: entry.user, text: '', at: now };
  if (entry.deletes !== undefined) return { ...message, deletes: entry.deletes };
  const { text, edits } = entry;
  return edits === undefined ? { ...message, text } : { ...message, text, edits };
}

/** Applies a change to the message that it edits or deletes. */
function change(log: RoomLog, { edits, deletes, text, at: when }: Message): void {
  const { messages } = log;
  if (edits !== undefined) messages[indexOf(log, edits)] = { ...at(log, edits), text, edited: when };
  if (deletes === undefined) return;
  messages[indexOf(log, deletes)] = { ...at(log, deletes), text: '', deleted: when };
  for (const [index, message] of messages.entries()) {
    if (message.edits === deletes) messages[index] = { ...message, text: '' };
  }
}

/** Older ones are removed a tenth at a time, so that most appends move nothing. */
function forget(log: RoomLog, keep: number): void {
  if (log.messages.length < keep + Math.ceil(keep / 10)) return;
  const excess = log.messages.length - keep;
  log.messages.splice(0, excess);
  for (const forgotten of log.keys.splice(0, excess)) log.byKey.delete(forgotten);
}
