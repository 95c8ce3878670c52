import type { Message } from '@usher/protocol';
import { mentionsIn } from '@usher/protocol/server';
import type { Pool, PoolClient, QueryResultRow } from 'pg';
import { RequestError } from '../support/errors.ts';
import {
  type Appended,
  type Entry,
  type History,
  type HistoryPage,
  type Range,
  type RoomHead,
  changeDenial,
  keyConflict,
  readOnlyRoom,
} from '../rooms/history.ts';
import { UnknownRoom } from '../support/errors.ts';
import { Lane } from './lane.ts';

export interface PostgresHistoryOptions {
  /**
   * A pool on the database with the tables of `createRoomTables`. Set `connectionTimeoutMillis` and `query_timeout`, so that calls fail
   * while PostgreSQL does not respond. It needs a connection per lane and some for reads.
   */
  readonly pool: Pool;
  /** The number of transactions in flight. The messages of a room always use the same lane. Defaults to 4. */
  readonly lanes?: number;
  /** Maximum appends per lane that wait for the next transaction. Further ones reject with `rate_limited`. Defaults to 10,000. */
  readonly maxWaiting?: number;
  /**
   * Returns the words under which a text is found. With it, `usher.messages.words` contains the words of each message, without those of edits
   * and deleted messages. Create an index on it. Defaults to no words.
   */
  readonly wordsOf?: (text: string) => readonly string[];
  /** Called after each commit with the number of messages that it stored. */
  readonly onCommit?: (appends: number) => void;
}

/** What `usher.append` needs to know about an entry in addition. */
interface Details {
  readonly mentions: readonly string[];
  readonly words: readonly string[];
  readonly byOperator: boolean;
}

/** An entry with its room. */
export interface RoomEntry {
  readonly room: string;
  readonly entry: Entry;
}

/** Appends per transaction. A larger batch saves little and keeps the rooms locked for longer. */
export const maxBatch = 500;

/** SQL for the columns that `toMessage` reads, in addition to `room`. */
export const messageColumns = (table: string): string =>
  [
    'seq::float8',
    'id',
    'sender',
    'text',
    'at::float8',
    'edits::float8',
    'deletes::float8',
    'edited_at::float8',
    'deleted_at::float8',
  ]
    .map((column) => `${table}.${column}`)
    .join(', ');

const appendBatch = `
SELECT entry, outcome, (message).room, ${messageColumns('(message)')}
FROM usher.append($1, $2, $3, $4, $5, $6, $7)`;

/** The head of a room and a page. A message starts a new page if the bytes of the page before it exceed $4. */
const readPage = (condition: string, order: 'ASC' | 'DESC'): string => `
SELECT h.room, h.epoch, h.seq::float8 AS head, m.*
FROM usher.room_heads h
LEFT JOIN LATERAL (
  SELECT ${messageColumns('m')},
    sum(octet_length(m.text)) OVER (ORDER BY m.seq ${order}) AS bytes,
    row_number() OVER (ORDER BY m.seq ${order})::int AS number
  FROM (SELECT * FROM usher.messages WHERE room = $1 AND ${condition} ORDER BY seq ${order} LIMIT $3 + 1) m
) m ON m.bytes <= $4 OR m.number = 1
WHERE h.room = $1
ORDER BY m.seq ${order}`;

const readAfter = readPage('seq > $2', 'ASC');
const readBefore = readPage('seq < $2', 'DESC');

/**
 * The history in PostgreSQL, for any number of nodes. An `append` that resolved is committed, so with `synchronous_commit = on` (the
 * default) it survives a crash of the server. Appends of one caller to one room keep their order; those of different nodes are ordered by
 * their commits. The text of a deleted message is overwritten in the transaction and disappears from the files of the database when
 * PostgreSQL vacuums the table; copies in the write-ahead log and in backups remain as long as these are kept.
 */
export class PostgresHistory implements History {
  readonly #pool: Pool;
  readonly #lanes: readonly Lane<RoomEntry, Appended | Error>[];
  readonly #wordsOf: ((text: string) => readonly string[]) | undefined;
  readonly #onCommit: ((appends: number) => void) | undefined;

  constructor({ pool, lanes = 4, maxWaiting = 10_000, wordsOf, onCommit }: PostgresHistoryOptions) {
    if (!Number.isSafeInteger(lanes) || lanes < 1) throw new RangeError('lanes must be a positive integer');
    this.#pool = pool;
    this.#wordsOf = wordsOf;
    this.#onCommit = onCommit;
    this.#lanes = Array.from({ length: lanes }, () => {
      return new Lane<RoomEntry, Appended | Error>({ write: (batch) => this.#write(batch), maxBatch, maxWaiting });
    });
  }

  async append(room: string, entry: Entry): Promise<Appended> {
    // PostgreSQL cannot store U+0000 and would reject the whole batch.
    if (entry.deletes === undefined && entry.text.includes('\0')) {
      throw new RequestError('bad_message', 'text must not contain U+0000');
    }
    const lane = this.#lanes[hashOf(room) % this.#lanes.length];
    const result = await lane?.add({ room, entry });
    if (result === undefined || result instanceof Error) throw result ?? new Error('there is no lane');
    return result;
  }

  async read(room: string, range: Range): Promise<HistoryPage> {
    const isAfter = 'after' in range;
    const from = isAfter ? range.after : (range.before ?? Number.MAX_SAFE_INTEGER);
    const { rows } = await this.#pool.query<QueryResultRow>({
      name: isAfter ? 'usher-after' : 'usher-before',
      text: isAfter ? readAfter : readBefore,
      values: [room, from, range.limit, range.bytes ?? Number.MAX_SAFE_INTEGER],
    });
    const [head] = rows;
    if (head === undefined) throw new UnknownRoom(`no such room: ${room}`);
    const found = rows.filter((row) => row['number'] !== null);
    const messages = found.slice(0, range.limit).map(toMessage);
    return {
      epoch: String(head['epoch']),
      seq: Number(head['head']),
      messages: isAfter ? messages : messages.toReversed(),
      more: hasMore(head, messages, isAfter),
    };
  }

  async heads(rooms: readonly string[]): Promise<ReadonlyMap<string, RoomHead>> {
    const { rows } = await this.#pool.query<QueryResultRow>({
      name: 'usher-heads',
      text: 'SELECT room, epoch, seq::float8 FROM usher.room_heads WHERE room = ANY ($1)',
      values: [rooms],
    });
    return new Map(rows.map((row) => [String(row['room']), { epoch: String(row['epoch']), seq: Number(row['seq']) }]));
  }

  /**
   * Appends entries in the transaction of the caller, in their order. The heads of their rooms stay locked until its end, so commit it
   * at once.
   *
   * @param client a connection of the pool with an open transaction
   * @returns one result per entry: an entry that is rejected does not affect the others. Rejects if PostgreSQL rejects the batch
   */
  appendWithin(client: PoolClient, entries: readonly RoomEntry[]): Promise<(Appended | Error)[]> {
    return this.#query(client, entries);
  }

  async #write(batch: readonly RoomEntry[]): Promise<(Appended | Error)[]> {
    // One statement is one transaction: it is committed when the query resolves.
    const results = await this.#query(this.#pool, batch);
    this.#onCommit?.(results.filter((result) => !(result instanceof Error) && !result.duplicate).length);
    return results;
  }

  async #query(database: Pool | PoolClient, batch: readonly RoomEntry[]): Promise<(Appended | Error)[]> {
    const column = <T>(of: (each: RoomEntry) => T): T[] => batch.map(of);
    const { rows } = await database.query<QueryResultRow>({
      name: 'usher-append',
      text: appendBatch,
      values: [
        column(({ room }) => room),
        column(({ entry }) => entry.user),
        column(({ entry }) => entry.key),
        column(({ entry }) => (entry.deletes === undefined ? entry.text : '')),
        column(({ entry }) => entry.edits ?? null),
        column(({ entry }) => entry.deletes ?? null),
        column(({ entry }) => JSON.stringify(this.#detailsOf(entry))),
      ],
    });
    const results: (Appended | Error)[] = [];
    for (const row of rows) {
      const sent = batch[Number(row['entry']) - 1];
      if (sent !== undefined) results.push(resultOf(row, sent));
    }
    return results;
  }

  #detailsOf(entry: Entry): Details {
    if (entry.deletes !== undefined) return { mentions: [], words: [], byOperator: entry.byOperator === true };
    return { mentions: mentionsIn(entry.text), words: this.#wordsOf?.(entry.text) ?? [], byOperator: false };
  }
}

function resultOf(row: QueryResultRow, { room, entry }: RoomEntry): Appended | Error {
  switch (row['outcome']) {
    case 'appended':
      return { message: toMessage(row), duplicate: false };
    case 'duplicate': {
      const message = toMessage(row);
      return keyConflict(message, entry) ?? { message, duplicate: true };
    }
    case 'unknown_room':
      return new UnknownRoom(`no such room: ${room}`);
    case 'read_only':
      return readOnlyRoom();
    case 'forbidden':
      return changeDenial({ from: '' }, { user: entry.user }) ?? new Error('the change is allowed');
    default:
      return changeDenial(undefined, entry) ?? new Error('the change is allowed');
  }
}

/** Whether messages follow in the direction of the range. Sequence numbers are contiguous. */
function hasMore(head: QueryResultRow, messages: readonly Message[], isAfter: boolean): boolean {
  const last = messages.at(-1);
  if (last === undefined) return false;
  return isAfter ? last.seq < Number(head['head']) : last.seq > 1;
}

/** Returns the message of a row with the columns `room` and `messageColumns`. */
export function toMessage(row: QueryResultRow): Message {
  const message: Message = {
    room: String(row['room']),
    seq: Number(row['seq']),
    id: String(row['id']),
    from: String(row['sender']),
    text: String(row['text']),
    at: Number(row['at']),
  };
  if (row['edits'] !== null) message.edits = Number(row['edits']);
  if (row['deletes'] !== null) message.deletes = Number(row['deletes']);
  if (row['edited_at'] !== null) message.edited = Number(row['edited_at']);
  if (row['deleted_at'] !== null) message.deleted = Number(row['deleted_at']);
  return message;
}

/** FNV-1a (32 bits): the same room is in the same lane. */
function hashOf(text: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01_00_01_93);
  return hash >>> 0;
}
