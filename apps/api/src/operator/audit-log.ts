import type { Audit, AuditEntry, AuditQuery } from '@usher/operator-api';
import type { Logger } from '@usher/realtime';
import type { Kysely } from 'kysely';
import type { AuditTable, Tables } from '../database/schema.ts';
import { HttpProblem } from '../http/http-problem.ts';
import { canonicalJson, hashOf } from './audit-chain.ts';

/** What an operator did. */
export interface Action {
  /** The user name of the operator. */
  readonly by: string;
  /** The address of the client. */
  readonly address?: string | undefined;
  /** For example `user.change`. */
  readonly action: string;
  /** What was changed: a user, connection, room, key or node. */
  readonly target: string;
  /** Parameters of the action, as JSON. Must not contain secrets. */
  readonly detail?: object;
}

/** An action that was recorded. `seq` is its entry. */
export type RecordedAction = Action & { readonly seq: number };

/** Records an action in the current transaction. */
export type RecordAction = (action: Action) => Promise<RecordedAction>;

export interface AuditLogOptions {
  /** Waits until no other transaction of any node writes to the audit log, and keeps it so until the end of the transaction. */
  readonly lock: (transaction: Kysely<Tables>) => Promise<void>;
  /** Returns Unix milliseconds. */
  readonly now: () => number;
  readonly log: Pick<Logger, 'info' | 'error'>;
}

const defaultLimit = 50;
/** Changes of this node that may wait for their turn. */
const maxWaiting = 100;
/** Entries per query of an export. */
const exportedAtOnce = 500;

/**
 * The append-only log of what operators did. Each entry contains the hash of the previous one (see `audit-chain.ts`), and the nodes write to
 * one chain.
 *
 * An action that takes effect outside the database has two entries: one for the decision, which is durable before the effect begins, and one that
 * completes it with the proof. If the process ends in between, the first entry remains without the second.
 */
export class AuditLog {
  readonly #db: Kysely<Tables>;
  readonly #options: AuditLogOptions;
  /** Settles when the last transaction has ended. Only one waits for the lock, so that the others use no connection to the database. */
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(db: Kysely<Tables>, options: AuditLogOptions) {
    this.#db = db;
    this.#options = options;
  }

  /**
   * Runs `work` in a transaction in which it can record actions, so that a change and its entry are durable together. Such transactions run one
   * after another, on all nodes.
   *
   * @throws HttpProblem 429 `rate_limited` if too many wait on this node
   */
  async within<T>(work: (transaction: Kysely<Tables>, record: RecordAction) => Promise<T>): Promise<T> {
    if (this.#waiting >= maxWaiting) throw new HttpProblem('rate_limited', { retryAfterMs: 1_000 });
    this.#waiting += 1;
    const result = this.#last.then(() =>
      this.#db.transaction().execute(async (transaction) => {
        await this.#options.lock(transaction);
        return work(transaction, (action) => this.#append(transaction, action));
      }),
    );
    // The next one starts in any case.
    this.#last = result.catch(() => undefined);
    try {
      return await result;
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Records an action before it takes effect. The entry is durable when the promise resolves. */
  record(action: Action): Promise<RecordedAction> {
    return this.within((_transaction, record) => record(action));
  }

  /** Completes an action with its proof. Never rejects: the action has taken effect, and its own entry is durable. */
  async complete({ seq, by, address, action, target }: RecordedAction, proof: object): Promise<void> {
    try {
      await this.within((transaction) =>
        this.#append(transaction, { by, address, action, target, detail: proof }, seq),
      );
    } catch (error) {
      this.#options.log.error({ err: error, entry: seq }, 'the proof of an action could not be recorded');
    }
  }

  /** The entries that match all given filters, newest first. @throws HttpProblem 400 `bad_request` for an invalid cursor */
  async list({ by, action, target, cursor, limit = defaultLimit }: AuditQuery): Promise<Audit> {
    let query = this.#db.selectFrom('audit').selectAll();
    if (by !== undefined) query = query.where('by_user', '=', by);
    if (action !== undefined) query = query.where('action', '=', action);
    if (target !== undefined) query = query.where('target', '=', target);
    if (cursor !== undefined) query = query.where('seq', '<', seqOf(cursor));
    // One extra row shows whether there is a next page.
    const rows = await query
      .orderBy('seq', 'desc')
      .limit(limit + 1)
      .execute();
    const entries = rows.slice(0, limit).map(toEntry);
    const last = entries.at(-1);
    return rows.length > limit && last !== undefined ? { entries, next: String(last.seq) } : { entries };
  }

  /** All entries, oldest first. */
  async *entries(): AsyncGenerator<AuditEntry> {
    for (let after = 0; ;) {
      const rows = await readAfter(this.#db, after);
      yield* rows.map(toEntry);
      const last = rows.at(-1);
      if (last === undefined || rows.length < exportedAtOnce) return;
      after = last.seq;
    }
  }

  async #append(transaction: Kysely<Tables>, action: Action, completes?: number): Promise<RecordedAction> {
    // Not the last entry: if it was deleted, the next one leaves a gap that `audit:verify` detects.
    const previous = await transaction.selectFrom('audit_head').select(['seq', 'hash']).executeTakeFirst();
    if (previous === undefined) throw new Error('the table audit_head has no row: see npm run audit:verify');
    const { by, address, detail } = action;
    const entry = {
      seq: previous.seq + 1,
      at: this.#options.now(),
      by,
      ...(address === undefined ? {} : { address }),
      action: action.action,
      target: action.target.slice(0, 128),
      ...(completes === undefined ? {} : { completes }),
      // As it is read: without undefined fields.
      ...(detail === undefined ? {} : { detail: JSON.parse(canonicalJson(detail)) as Record<string, unknown> }),
    };
    const hash = hashOf(entry, previous.hash);
    await transaction
      .insertInto('audit')
      .values(toRow({ ...entry, hash }))
      .execute();
    // A log that is collected elsewhere thereby contains the heads of the chain.
    const { seq, target } = entry;
    this.#options.log.info({ audit: { seq, hash, by, action: action.action, target, completes } }, 'audit entry');
    return { ...action, seq };
  }
}

function readAfter(db: Kysely<Tables>, seq: number): Promise<AuditTable[]> {
  return db.selectFrom('audit').selectAll().where('seq', '>', seq).orderBy('seq').limit(exportedAtOnce).execute();
}

function seqOf(cursor: string): number {
  const seq = Number(cursor);
  if (Number.isSafeInteger(seq) && seq > 0) return seq;
  throw new HttpProblem('bad_request', { detail: 'querystring/cursor: must be the next of the previous page' });
}

function toRow({ by, address, completes, detail, ...rest }: AuditEntry): AuditTable {
  const text = detail === undefined ? null : canonicalJson(detail);
  return { ...rest, by_user: by, address: address ?? null, completes: completes ?? null, detail: text };
}

/** Converts a row of the table `audit` to an entry. @throws SyntaxError if `detail` is not JSON */
export function toEntry({
  seq,
  at,
  by_user: by,
  address,
  action,
  target,
  completes,
  detail,
  hash,
}: AuditTable): AuditEntry {
  return {
    seq,
    at,
    by,
    ...(address === null ? {} : { address }),
    action,
    target,
    ...(completes === null ? {} : { completes }),
    ...(detail === null ? {} : { detail: JSON.parse(detail) as Record<string, unknown> }),
    hash,
  };
}
