import type { Pool, PoolClient, QueryResultRow } from 'pg';
import type { Appended } from '../rooms/history.ts';
import { withDeadline } from '../support/deadline.ts';
import { type Logger, silent } from '../support/log.ts';
import { connect } from './connect.ts';
import { OutboxListener } from './outbox-listener.ts';
import { maxBatch, type PostgresHistory } from './postgres-history.ts';

export interface PostgresOutboxOptions {
  /** The pool of the history. One of its connections is used at a time. */
  readonly pool: Pool;
  /**
   * The pool of the connection that waits for notifications and stays open. It must connect to PostgreSQL itself, because a pooler such as
   * PgBouncer in transaction mode does not forward notifications. Defaults to `pool`.
   */
  readonly listenPool?: Pool;
  readonly history: PostgresHistory;
  /** Called after the commit, once per message and in the order of `seq` per room: `rooms.deliver`. */
  readonly publish: (appended: Appended, epoch: string) => void;
  /** Milliseconds between two polls of the outbox, in case a notification was lost. Defaults to 5,000. */
  readonly pollMs?: number;
  readonly log?: Logger;
}

interface Row {
  readonly id: string;
  readonly room: string;
  readonly sender: string;
  readonly key: string;
  readonly text: string;
}

interface Failure {
  readonly row: Row;
  readonly reason: string;
}

/** How long one batch may take, in milliseconds. Then its connection is closed, and PostgreSQL rolls it back. */
const batchMs = 10_000;
const firstRetryMs = 100;
/** How soon to check rooms again that another node drains. It may have crashed, and nothing announces that. */
const takeOverMs = 500;
/** Failed rows that are kept, newest first. */
const keptFailures = 1_000;
/** Rooms of one batch. */
const maxRooms = 50;

/**
 * Claims rooms with waiting rows until the end of the transaction. Only one node at a time drains a room, and it appends all rows that are
 * older than the ones of the next batch, so their order is kept. The number of the advisory locks, "usi", is one that
 * no other program uses.
 */
const claimRooms = `
WITH oldest AS MATERIALIZED (SELECT id, room FROM usher.outbox ORDER BY id LIMIT ${2 * maxBatch}),
  rooms AS MATERIALIZED (SELECT room FROM oldest GROUP BY room ORDER BY min(id) LIMIT ${maxRooms})
SELECT room, pg_try_advisory_xact_lock(7697257, hashtext(room)) AS claimed FROM rooms`;

const lockRows = `
SELECT o.id::text, o.room, o.sender, o.key, o.text FROM usher.outbox o
WHERE o.room = ANY ($1) ORDER BY o.id LIMIT $2 FOR UPDATE SKIP LOCKED`;

const deleteRows = `
WITH deleted AS (DELETE FROM usher.outbox WHERE id = ANY ($1::bigint[]) RETURNING room)
SELECT h.room, h.epoch FROM usher.room_heads h WHERE h.room IN (SELECT room FROM deleted)`;

const keepFailures = `
INSERT INTO usher.outbox_failures (id, room, sender, key, text, created_at, reason)
SELECT o.id, o.room, o.sender, o.key, o.text, o.created_at, failed.reason
FROM unnest($1::bigint[], $2::text[]) AS failed (id, reason) JOIN usher.outbox o ON o.id = failed.id`;

const trimFailures = `
DELETE FROM usher.outbox_failures
WHERE id <= (SELECT id FROM usher.outbox_failures ORDER BY id DESC OFFSET ${keptFailures} LIMIT 1)`;

/**
 * Appends the messages of `usher_publish` to the history and publishes them. Every node runs one. A message is appended and removed
 * from the outbox in one transaction, so it is stored exactly once even if a node crashes. If the node crashes after the commit and before
 * it has published, the members receive the message with the next one, or by the next comparison with the history (`headCheckMs`).
 *
 * A notification wakes it after each commit; it also polls the outbox every `pollMs`, and twice a second while another node drains a
 * room. A row that can never be appended, because its room was deleted meanwhile or its key belongs to an edit, moves to
 * `usher.outbox_failures`, which keeps the newest 1,000.
 */
export class PostgresOutbox {
  readonly #options: PostgresOutboxOptions;
  readonly #log: Logger;
  readonly #pollMs: number;
  readonly #listener: OutboxListener;
  #draining: Promise<void> | undefined;
  /** Rows may have been added since the current drain began. */
  #wokenUp = false;
  /** The number of rows to append one by one, to find the one that PostgreSQL rejects. */
  #singles = 0;
  #failures = 0;
  /** Whether another node was draining a room at the last check. */
  #othersDrain = false;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: PostgresOutboxOptions) {
    this.#options = options;
    this.#log = options.log ?? silent;
    this.#pollMs = options.pollMs ?? 5_000;
    this.#listener = new OutboxListener({
      pool: options.listenPool ?? options.pool,
      slowestRetryMs: this.#pollMs,
      log: this.#log,
      onNotified: () => {
        this.#wakeUp();
      },
    });
    this.#wakeUp();
  }

  /** Resolves when the batch in progress has settled, within 10 seconds. Never rejects. Call it before the pool is closed. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await Promise.all([this.#listener.stop(), this.#draining]);
  }

  #wakeUp(): void {
    if (this.#stopped) return;
    this.#wokenUp = true;
    this.#draining ??= this.#drain().finally(() => {
      this.#draining = undefined;
      const idleMs = this.#othersDrain ? takeOverMs : this.#pollMs;
      const waitMs = this.#failures === 0 ? idleMs : firstRetryMs * 2 ** Math.min(10, this.#failures);
      clearTimeout(this.#timer);
      if (!this.#stopped) {
        this.#timer = setTimeout(
          () => {
            this.#wakeUp();
          },
          Math.min(this.#pollMs, waitMs),
        ).unref();
      }
    });
  }

  /** Appends batches until no row is left that another node does not append. Never rejects. */
  async #drain(): Promise<void> {
    while (this.#wokenUp && !this.#isStopped()) {
      this.#wokenUp = false;
      try {
        if ((await this.#drainBatch()) > 0) this.#wokenUp = true;
        this.#failures = 0;
      } catch (error) {
        this.#failures += 1;
        this.#log.error({ err: error }, 'messages of the outbox could not be appended');
        return;
      }
    }
  }

  #isStopped(): boolean {
    return this.#stopped;
  }

  /** Resolves to the number of rows that were removed from the outbox, or that have to be tried again. */
  async #drainBatch(): Promise<number> {
    const client = await connect(this.#options.pool);
    // A lost connection also rejects the query in progress. Without a listener it would end the process.
    client.on('error', ignore);
    let failed: Error | undefined;
    try {
      return await withDeadline('the outbox', () => this.#append(client), batchMs);
    } catch (error) {
      failed = error instanceof Error ? error : new Error(String(error));
      throw failed;
    } finally {
      client.off('error', ignore);
      // A connection in an open transaction is not returned to the pool.
      client.release(failed);
    }
  }

  async #append(client: PoolClient): Promise<number> {
    await client.query('BEGIN');
    const rows = await this.#claim(client, this.#singles > 0 ? 1 : maxBatch);
    if (rows.length === 0) {
      await client.query('COMMIT');
      return 0;
    }
    let results: readonly (Appended | Error)[];
    try {
      const entries = rows.map(({ room, sender, key, text }) => ({ room, entry: { user: sender, key, text } }));
      results = await this.#options.history.appendWithin(client, entries);
    } catch (error) {
      if (!isRejection(error)) throw error;
      await client.query('ROLLBACK');
      return this.#setAside(client, rows, error);
    }
    const failures: Failure[] = rows.flatMap((row, index) => {
      const result = results[index];
      return result instanceof Error ? [{ row, reason: result.message }] : [];
    });
    await keep(client, failures);
    const heads = await client.query<QueryResultRow>(deleteRows, [rows.map(({ id }) => id)]);
    await client.query('COMMIT');
    this.#singles = Math.max(0, this.#singles - 1);
    this.#report(failures);
    const epochs = new Map(heads.rows.map((row) => [String(row['room']), String(row['epoch'])]));
    for (const result of results) {
      if (result instanceof Error) continue;
      this.#options.publish(result, epochs.get(result.message.room) ?? '');
    }
    return rows.length;
  }

  /** Claims rooms and locks their oldest rows. The second statement sees what the previous owner of a room has committed. */
  async #claim(client: PoolClient, limit: number): Promise<readonly Row[]> {
    const { rows: waiting } = await client.query<{ readonly room: string; readonly claimed: boolean }>(claimRooms);
    const claimed = waiting.filter((each) => each.claimed);
    this.#othersDrain = claimed.length < waiting.length;
    if (claimed.length === 0) return [];
    return (await client.query<Row>(lockRows, [claimed.map(({ room }) => room), limit])).rows;
  }

  /**
   * PostgreSQL rejected a batch because of a value in it, for example by a constraint of the application. A batch of one row is set aside; a
   * larger one is tried again row by row.
   */
  async #setAside(client: PoolClient, rows: readonly Row[], error: Error): Promise<number> {
    const [row] = rows;
    if (row === undefined || rows.length > 1) {
      this.#singles = maxBatch;
      return rows.length;
    }
    const failures = [{ row, reason: error.message }];
    await client.query('BEGIN');
    await keep(client, failures);
    await client.query(deleteRows, [[row.id]]);
    await client.query('COMMIT');
    this.#singles = Math.max(0, this.#singles - 1);
    this.#report(failures);
    return 1;
  }

  #report(failures: readonly Failure[]): void {
    const [first] = failures;
    if (first === undefined) return;
    this.#log.error(
      { messages: failures.length, id: first.row.id, room: first.row.room, reason: first.reason },
      'messages of the outbox cannot be appended and were moved to usher.outbox_failures',
    );
  }
}

function ignore(): void {
  // The query in progress rejects.
}

async function keep(client: PoolClient, failures: readonly Failure[]): Promise<void> {
  if (failures.length === 0) return;
  await client.query(keepFailures, [failures.map(({ row }) => row.id), failures.map(({ reason }) => reason)]);
  await client.query(trimFailures);
}

/** Whether an error is about a value: the classes "data exception", "integrity constraint violation" and "program limit exceeded". */
function isRejection(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && /^(22|23|54)/.test(String(error.code));
}
