import { randomUUID } from 'node:crypto';
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { Message } from '@usher/protocol';
import {
  type Appended,
  changeDenial,
  type Entry,
  type History,
  type HistoryPage,
  keyConflict,
  type Range,
  readOnlyRoom,
  type RoomHead,
} from '@usher/realtime/rooms';
import { type GroupCommit, Refused } from '../database/group-commit.ts';
import { integer, string } from '../database/sqlite-values.ts';
import { busyTimeoutMs } from '../database/sqlite.ts';
import { bytesPerMessage } from '../database/storage-limits.ts';
import { MessageIndexes } from './message-indexes.ts';
import { messageColumns, toMessage } from './message-rows.ts';
import { unknownRoom } from './room-directory.ts';
import { sharedReads } from './shared-reads.ts';

export interface SqliteHistoryOptions {
  readonly now?: () => number;
  /** Called within the transaction before `bytes` are stored for a user. Returns an error to reject the entry. */
  readonly admit?: (user: string, bytes: number) => Error | undefined;
  /** Called with each read error. Returns the error for the caller. */
  readonly readFailed?: (error: unknown) => unknown;
  /** Called after each commit with the number of messages that it stored. */
  readonly onCommit?: (appends: number) => void;
}

/**
 * The history in SQLite. An `append` that resolved survives kill -9 and power loss.
 *
 * Sequences are assigned inside the shared transaction, so a duplicate key is detected even within one commit. A failed commit rejects all
 * of its appends. Repeating an append with the same key stores the message once. Mentions and the full-text index are updated in the same
 * transaction. Deleted texts are overwritten in the database file, and in the write-ahead log when it is truncated (see
 * `eraseDeletedTexts`).
 */
export function createSqliteHistory(
  sqlite: DatabaseSync,
  commit: GroupCommit,
  options: SqliteHistoryOptions = {},
): History {
  const { now = Date.now, admit, readFailed, onCommit } = options;
  const statements = prepare(sqlite);
  const indexes = new MessageIndexes(sqlite);
  let appends = 0;
  commit.onSettled((committed) => {
    if (committed && appends > 0) onCommit?.(appends);
    appends = 0;
  });

  function store(room: string, entry: Entry): Appended | Refused {
    appends++;
    const { user, key, edits, deletes } = entry;
    const known = statements.byKey.get(room, user, key);
    if (known !== undefined) {
      const message = toMessage(known);
      const refusal = keyConflict(message, entry);
      return refusal === undefined ? { message, duplicate: true } : new Refused(refusal);
    }
    const target = edits ?? deletes;
    const first = target === undefined ? undefined : find(room, target);
    if (target !== undefined) {
      if (statements.head.get(room) === undefined) return new Refused(unknownRoom(room));
      const refusal = changeDenial(first, entry);
      if (refusal !== undefined) return new Refused(refusal);
    }
    // Deletions are always permitted: they free more space than they use.
    const refused = entry.deletes === undefined && admit?.(user, Buffer.byteLength(entry.text) + bytesPerMessage);
    if (refused) return new Refused(refused);
    const at = now();
    const next = (entry.byOperator === true ? statements.nextSeqByOperator : statements.nextSeq).get(at, room);
    if (next === undefined) return new Refused(rejectionOf(room));
    const message: Message = { room, seq: integer(next['seq']), id: randomUUID(), from: user, text: '', at };
    if (entry.deletes === undefined) message.text = entry.text;
    if (edits !== undefined) message.edits = edits;
    if (deletes !== undefined) message.deletes = deletes;
    const { lastInsertRowid } = statements.insert.run(
      ...[room, message.seq, message.id, user, key, message.text, at, edits ?? null, deletes ?? null],
    );
    if (first === undefined) {
      indexes.add(Number(lastInsertRowid), message);
    } else {
      applyChange(first, message);
    }
    return { message, duplicate: false };
  }

  /** Why nothing can be appended to a room. */
  function rejectionOf(room: string): Error {
    return statements.head.get(room) === undefined ? unknownRoom(room) : readOnlyRoom();
  }

  function find(room: string, seq: number): Found | undefined {
    const row = statements.bySeq.get(room, seq);
    return row === undefined ? undefined : { ...toMessage(row), number: integer(row['number']) };
  }

  /** Applies an edit or a deletion to the original message. */
  function applyChange(first: Found, { deletes, text, at }: Message): void {
    const { number, room, seq } = first;
    indexes.remove(number, first);
    if (deletes === undefined) {
      statements.edit.run(text, at, number);
      indexes.add(number, { ...first, text });
    } else {
      statements.empty.run(at, number);
      statements.emptyEdits.run(room, seq);
    }
  }

  function readNow(room: string, range: Range): HistoryPage {
    // Appends are written and committed synchronously, so both reads see the same state.
    const head = statements.head.get(room);
    if (head === undefined) throw unknownRoom(room);
    const page = 'after' in range ? readAfter(statements, room, range) : readBefore(statements, room, range);
    return { epoch: string(head['epoch']), seq: integer(head['seq']), ...page };
  }

  function heads(rooms: readonly string[]): Map<string, RoomHead> {
    const found = new Map<string, RoomHead>();
    for (const row of statements.heads.all(JSON.stringify(rooms))) {
      found.set(string(row['name']), { epoch: string(row['epoch']), seq: integer(row['seq']) });
    }
    return found;
  }

  /** Runs a synchronous read. */
  function reading<T>(work: () => T): Promise<T> {
    return new Promise((resolve) => {
      try {
        resolve(work());
      } catch (error) {
        throw readFailed?.(error) ?? error;
      }
    });
  }

  const read = sharedReads(readNow, commit);
  return {
    append: (room, entry) => commit.run(() => store(room, entry)),
    read: (room, range) => reading(() => read(room, range)),
    heads: (rooms) => reading(() => heads(rooms)),
  };
}

/**
 * Truncates the write-ahead log to erase deleted texts. Call regularly, because otherwise the log keeps them until it is overwritten.
 */
export function eraseDeletedTexts(sqlite: DatabaseSync): void {
  // Skipped during a transaction of the query builder. The next call truncates the log.
  if (sqlite.isTransaction) return;
  // Does not wait for readers, because that would block the event loop.
  sqlite.exec('PRAGMA busy_timeout = 0');
  try {
    sqlite.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    sqlite.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
  }
}

/** A stored message with its row number. */
type Found = Message & { readonly number: number };
type Statements = ReturnType<typeof prepare>;
type Page = Pick<HistoryPage, 'messages' | 'more'>;

function prepare(
  sqlite: DatabaseSync,
): Record<
  | 'head'
  | 'heads'
  | 'byKey'
  | 'bySeq'
  | 'nextSeq'
  | 'nextSeqByOperator'
  | 'insert'
  | 'edit'
  | 'empty'
  | 'emptyEdits'
  | 'after'
  | 'before',
  StatementSync
> {
  const select = `SELECT ${messageColumns} FROM messages`;
  const nextSeq = 'UPDATE rooms SET seq = seq + 1, last_at = ? WHERE name = ? AND closed_at IS NULL';
  return {
    head: sqlite.prepare('SELECT epoch, seq FROM rooms WHERE name = ? AND closed_at IS NULL'),
    heads: sqlite.prepare(
      'SELECT name, epoch, seq FROM rooms WHERE name IN (SELECT value FROM json_each(?)) AND closed_at IS NULL',
    ),
    byKey: sqlite.prepare(`${select} WHERE room = ? AND sender = ? AND key = ?`),
    bySeq: sqlite.prepare(`SELECT number, ${messageColumns} FROM messages WHERE room = ? AND seq = ?`),
    nextSeq: sqlite.prepare(`${nextSeq} AND archived_at IS NULL RETURNING seq`),
    nextSeqByOperator: sqlite.prepare(`${nextSeq} RETURNING seq`),
    insert: sqlite.prepare(
      'INSERT INTO messages (room, seq, id, sender, key, text, at, edits, deletes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ),
    edit: sqlite.prepare('UPDATE messages SET text = ?, edited_at = ? WHERE number = ?'),
    empty: sqlite.prepare(`UPDATE messages SET text = '', deleted_at = ? WHERE number = ?`),
    emptyEdits: sqlite.prepare(`UPDATE messages SET text = '' WHERE room = ? AND edits = ?`),
    after: sqlite.prepare(`${select} WHERE room = ? AND seq > ? ORDER BY seq LIMIT ?`),
    before: sqlite.prepare(`${select} WHERE room = ? AND seq < ? ORDER BY seq DESC LIMIT ?`),
  };
}

function readAfter(statements: Statements, room: string, range: Extract<Range, { after: number }>): Page {
  return take(statements.after.iterate(room, range.after, range.limit + 1), range.limit, range.bytes);
}

function readBefore(statements: Statements, room: string, range: Exclude<Range, { after: number }>): Page {
  const { before = Number.MAX_SAFE_INTEGER, limit, bytes = Number.MAX_SAFE_INTEGER } = range;
  const { messages, more } = take(statements.before.iterate(room, before, limit + 1), limit, bytes);
  return { messages: messages.toReversed(), more };
}

/** Reads rows one by one until a limit is reached, so that a page of long texts ends early. A row beyond `limit` means that there are more. */
function take(rows: Iterable<Record<string, SQLOutputValue>>, limit: number, maxBytes: number): Page {
  const messages: Message[] = [];
  let bytes = 0;
  for (const row of rows) {
    const message = toMessage(row);
    bytes += Buffer.byteLength(message.text);
    if (messages.length === limit || (bytes > maxBytes && messages.length > 0)) return { messages, more: true };
    messages.push(message);
  }
  return { messages, more: false };
}
