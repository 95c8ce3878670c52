import { randomUUID } from 'node:crypto';
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { Message } from '@usher/protocol';
import { type Appended, type History, type HistoryPage, type Range, RequestError, UnknownRoom } from '@usher/realtime';

export interface SqliteHistoryOptions {
  readonly now?: () => number;
  /** Appends that may wait for the next commit; over it `rate_limited`. */
  readonly maxWaiting?: number;
  /** Told after each commit how many appends shared it. */
  readonly onCommit?: (appends: number) => void;
}

export interface SqliteHistory extends History {
  /** Resolves once nothing that was accepted waits any more. */
  idle(): Promise<void>;
}

interface Waiting {
  readonly room: string;
  readonly user: string;
  readonly key: string;
  readonly text: string;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * The history in SQLite. Durable means here: an `append` that resolved survives kill -9 and power loss.
 *
 * Group commit: all appends of one turn of the event loop share one transaction, so that durability costs one commit, not one
 * a message. Sequences are given inside the transaction, so a duplicate key finds its first message within the same commit too.
 * A failed commit rejects every append of it; sent again with the same key it is stored once, whatever became of the first try.
 */
export function createSqliteHistory(sqlite: DatabaseSync, options: SqliteHistoryOptions = {}): SqliteHistory {
  const { now = Date.now, maxWaiting = 10_000, onCommit } = options;
  const statements = prepare(sqlite);
  let waiting: Waiting[] = [];
  let scheduled = false;
  const idlers: (() => void)[] = [];

  function append(room: string, entry: { user: string; key: string; text: string }): Promise<Appended> {
    if (waiting.length >= maxWaiting)
      return Promise.reject(
        new RequestError('rate_limited', 'too many messages wait to be stored', { retryAfterMs: 1_000 }),
      );
    return new Promise((resolve, reject) => {
      waiting.push({ room, user: entry.user, key: entry.key, text: entry.text, resolve, reject });
      schedule();
    });
  }

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  }

  function flush(): void {
    scheduled = false;
    if (sqlite.isOpen && sqlite.isTransaction) {
      // A transaction of the query builder is open on this connection; it ends within a few turns.
      schedule();
      return;
    }
    const batch = waiting;
    waiting = [];
    commit(batch);
    if (idlers.length > 0) for (const idle of idlers.splice(0)) idle();
  }

  function commit(batch: readonly Waiting[]): void {
    const outcomes: (Appended | UnknownRoom)[] = [];
    try {
      sqlite.exec('BEGIN IMMEDIATE');
      for (const entry of batch) outcomes.push(store(entry));
      sqlite.exec('COMMIT');
    } catch (error) {
      if (sqlite.isOpen && sqlite.isTransaction) sqlite.exec('ROLLBACK');
      for (const { reject } of batch) reject(error);
      return;
    }
    onCommit?.(batch.length);
    for (const [index, { resolve, reject }] of batch.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined || outcome instanceof UnknownRoom) reject(outcome);
      else resolve(outcome);
    }
  }

  function store({ room, user, key, text }: Waiting): Appended | UnknownRoom {
    const known = statements.byKey.get(room, user, key);
    if (known !== undefined) return { message: toMessage(known), duplicate: true };
    const next = statements.nextSeq.get(room);
    if (next === undefined) return new UnknownRoom(`there is no room ${room}`);
    const message: Message = { room, seq: integer(next['seq']), id: randomUUID(), from: user, text, at: now() };
    statements.insert.run(room, message.seq, message.id, user, key, text, message.at);
    return { message, duplicate: false };
  }

  function readNow(room: string, range: Range): HistoryPage {
    // Appends are written and committed within one synchronous step, so these two reads see one state.
    const head = statements.head.get(room);
    if (head === undefined) throw new UnknownRoom(`there is no room ${room}`);
    const page = 'after' in range ? readAfter(statements, room, range) : readBefore(statements, room, range);
    return { epoch: string(head['epoch']), seq: integer(head['seq']), ...page };
  }

  return {
    append,
    // An executor turns what `readNow` throws into a rejection.
    read: (room, range) =>
      new Promise((resolve) => {
        resolve(readNow(room, range));
      }),
    idle: () =>
      scheduled
        ? new Promise((resolve) => {
            idlers.push(resolve);
          })
        : Promise.resolve(),
  };
}

type Statements = ReturnType<typeof prepare>;
type Page = Pick<HistoryPage, 'messages' | 'more'>;

function prepare(
  sqlite: DatabaseSync,
): Record<'head' | 'byKey' | 'nextSeq' | 'insert' | 'after' | 'before', StatementSync> {
  const columns = 'room, seq, id, sender, text, at';
  return {
    head: sqlite.prepare('SELECT epoch, seq FROM rooms WHERE name = ?'),
    byKey: sqlite.prepare(`SELECT ${columns} FROM messages WHERE room = ? AND sender = ? AND key = ?`),
    nextSeq: sqlite.prepare('UPDATE rooms SET seq = seq + 1 WHERE name = ? RETURNING seq'),
    insert: sqlite.prepare('INSERT INTO messages (room, seq, id, sender, key, text, at) VALUES (?, ?, ?, ?, ?, ?, ?)'),
    after: sqlite.prepare(`SELECT ${columns} FROM messages WHERE room = ? AND seq > ? ORDER BY seq LIMIT ?`),
    before: sqlite.prepare(`SELECT ${columns} FROM messages WHERE room = ? AND seq < ? ORDER BY seq DESC LIMIT ?`),
  };
}

function readAfter(statements: Statements, room: string, range: Extract<Range, { after: number }>): Page {
  const messages: Message[] = [];
  let bytes = 0;
  // One row beyond the limit tells whether there is more. Rows are taken one by one, so a page of long texts stops early.
  for (const row of statements.after.iterate(room, range.after, range.limit + 1)) {
    const message = toMessage(row);
    bytes += Buffer.byteLength(message.text);
    if (messages.length === range.limit || (bytes > range.bytes && messages.length > 0))
      return { messages, more: true };
    messages.push(message);
  }
  return { messages, more: false };
}

function readBefore(statements: Statements, room: string, range: Exclude<Range, { after: number }>): Page {
  const rows = statements.before.all(room, range.before ?? Number.MAX_SAFE_INTEGER, range.limit + 1);
  const more = rows.length > range.limit;
  if (more) rows.pop();
  return { messages: rows.reverse().map(toMessage), more };
}

type Row = Readonly<Record<string, SQLOutputValue>>;

function toMessage(row: Row): Message {
  return {
    room: string(row['room']),
    seq: integer(row['seq']),
    id: string(row['id']),
    from: string(row['sender']),
    text: string(row['text']),
    at: integer(row['at']),
  };
}

function string(value: SQLOutputValue | undefined): string {
  if (typeof value !== 'string') throw new TypeError('the database holds something that is no text where text belongs');
  return value;
}

function integer(value: SQLOutputValue | undefined): number {
  if (typeof value !== 'number')
    throw new TypeError('the database holds something that is no number where one belongs');
  return value;
}
