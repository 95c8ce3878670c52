/** `npm run audit:verify -- --db data/usher.db` verifies the audit log. */
import { createReadStream, existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { AuditTable } from '../database/schema.ts';
import { connectPostgres } from '../postgres/postgres-database.ts';
import { type AuditHead, AuditTampered, emptyHead, verifyChain } from './audit-chain.ts';
import { toEntry } from './audit-log.ts';

const usage = `Usage: npm run audit:verify -- --db data/usher.db | --database-url postgres://… | --file export.jsonl [--head SEQ:HASH]

Verifies the hashes of the whole audit log of an embedded database, a PostgreSQL database or an export. The server may be running.
Without a source, it verifies the database of the environment variable DATABASE_URL, which other users of this machine cannot see.
--head is the last line of an earlier verification. Without it, a log whose newest entries were deleted is considered complete.
Exit code 0: verified. 1: the log was changed. 2: the log could not be read.
`;

class UsageError extends Error {}

interface Arguments {
  readonly db?: string;
  readonly file?: string;
  readonly url?: string;
  readonly noted: AuditHead;
}

/** @throws UsageError */
function readArguments(): Arguments {
  let values: {
    readonly db?: string;
    readonly file?: string;
    readonly 'database-url'?: string;
    readonly head?: string;
  };
  try {
    const text = { type: 'string' } as const;
    ({ values } = parseArgs({ options: { db: text, file: text, 'database-url': text, head: text } }));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  const { db, file, head } = values;
  const fromEnvironment = db === undefined && file === undefined ? process.env['DATABASE_URL'] : undefined;
  const url = values['database-url'] ?? fromEnvironment;
  const sources = [db, file, url].filter((source) => source !== undefined && source !== '');
  if (sources.length !== 1) throw new UsageError('exactly one of --db, --database-url and --file is required');
  const noted = head === undefined ? emptyHead : parseHead(head);
  return { ...(db && { db }), ...(file && { file }), ...(url && { url }), noted };
}

/** @throws UsageError */
function parseHead(text: string): AuditHead {
  const [, seq, hash] = /^(\d{1,15}):([\w-]{43})$/.exec(text) ?? [];
  if (seq === undefined || hash === undefined) throw new UsageError('invalid --head: must be SEQ:HASH');
  return { seq: Number(seq), hash };
}

/** Reads the entries of an embedded database, without a lock: a running server goes on writing. */
function* ofSqlite(file: string): Generator {
  if (!existsSync(file)) throw new Error(`${file} does not exist: --db must be the file usher.db`);
  const sqlite = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  try {
    for (const row of sqlite.prepare('SELECT * FROM audit ORDER BY seq').iterate()) {
      yield entryOrNothing(row as unknown as AuditTable);
    }
  } finally {
    sqlite.close();
  }
}

async function* ofPostgres(url: string): AsyncGenerator {
  const database = await connectPostgres({ url, maxConnections: 1 });
  const { kysely } = database;
  try {
    for (let after = Number.MIN_SAFE_INTEGER; ;) {
      const page = kysely.selectFrom('audit').selectAll().where('seq', '>', after).orderBy('seq').limit(1_000);
      const rows = await page.execute();
      yield* rows.map(entryOrNothing);
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.seq;
    }
  } finally {
    await database.close();
  }
}

async function* ofFile(file: string): AsyncGenerator {
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    yield parsed(line);
  }
}

/** A row whose `detail` is not JSON is not an entry. */
function entryOrNothing(row: AuditTable): unknown {
  try {
    return toEntry(row);
  } catch {
    return undefined;
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function entriesOf({ db, file, url }: Arguments): AsyncIterable<unknown> | Iterable<unknown> {
  if (db !== undefined) return ofSqlite(db);
  return file === undefined ? ofPostgres(url ?? '') : ofFile(file);
}

/** Replaces the passwords of a URL in a text. */
function withoutSecrets(text: string, url: string | undefined): string {
  if (url === undefined || !URL.canParse(url)) return url === undefined ? text : text.replaceAll(url, '***');
  const { password } = new URL(url);
  return password === '' ? text : text.replaceAll(password, '***').replaceAll(decodeURIComponent(password), '***');
}

let url: string | undefined;
try {
  const given = readArguments();
  ({ url } = given);
  const head = await verifyChain(entriesOf(given), given.noted);
  const next = `Note this argument for the next verification:\n--head ${head.seq}:${head.hash}\n`;
  process.stdout.write(head.seq === 0 ? 'The audit log is empty.\n' : `Verified ${head.seq} entries. ${next}`);
} catch (error) {
  const text = error instanceof Error ? error.message : String(error);
  const tampered = error instanceof AuditTampered;
  const prefix = tampered ? 'The audit log was changed: ' : '';
  process.stderr.write(`${prefix}${withoutSecrets(text, url)}\n${error instanceof UsageError ? `\n${usage}` : ''}`);
  process.exitCode = tampered ? 1 : 2;
}
