import { randomUUID } from 'node:crypto';
import type { Message } from '@usher/protocol';
import { type Appended, type History, type HistoryPage, type Range, UnknownRoom } from './history.ts';

export interface MemoryHistoryOptions {
  /** Rooms that exist from the start. */
  readonly rooms?: readonly string[];
  /** How many messages of a room are kept; 10,000 unless told. Older ones are forgotten, and their keys with them. */
  readonly keep?: number;
  /** Unix milliseconds. */
  readonly now?: () => number;
}

export interface MemoryHistory extends History {
  /** Makes a room; one that exists stays as it is. */
  create(room: string): void;
}

interface RoomLog {
  readonly epoch: string;
  seq: number;
  /** The newest messages, oldest first; the last one has `seq`. */
  messages: Message[];
  /** By user and key. */
  readonly byKey: Map<string, Message>;
  readonly keys: string[];
}

/**
 * A history that lives as long as its process: "durable" means nothing here, and every restart is a new epoch.
 * For tests, and for teams whose messages need not outlive a restart.
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

  function append(room: string, { user, key, text }: { user: string; key: string; text: string }): Appended {
    const log = find(room);
    const fullKey = `${key} ${user}`;
    const old = log.byKey.get(fullKey);
    if (old !== undefined) return { message: old, duplicate: true };
    const message: Message = { room, seq: ++log.seq, id: randomUUID(), from: user, text, at: now() };
    log.messages.push(message);
    log.byKey.set(fullKey, message);
    log.keys.push(fullKey);
    // Forgotten a tenth at a time, so that most appends move nothing.
    if (log.messages.length >= keep + Math.ceil(keep / 10)) {
      const excess = log.messages.length - keep;
      log.messages.splice(0, excess);
      for (const forgotten of log.keys.splice(0, excess)) log.byKey.delete(forgotten);
    }
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
        // The first one is given however large it is, or nobody would get past it.
        if (bytes > range.bytes && to > from) break;
      }
      return { epoch, seq, messages: messages.slice(from, to), more: to < messages.length };
    }
    const to = Math.max(0, Math.min(messages.length, (range.before ?? seq + 1) - first));
    const from = Math.max(0, to - range.limit);
    return { epoch, seq, messages: messages.slice(from, to), more: from > 0 };
  }

  return {
    create,
    append: (room, entry) => attempt(() => append(room, entry)),
    read: (room, range) => attempt(() => read(room, range)),
  };
}

/** Done by the time that the call returns, so that appends get their sequences in the order of the calls. */
function attempt<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(work());
  });
}
