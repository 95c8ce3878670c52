/** `npm run audit:verify -- --db data/usher.db` verifies the audit log. */
import { createReadStream, existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { type Kysely, sql } from 'kysely';
import type { AuditTable, Tables } from '../database/schema.ts';
import { connectPostgres } from '../postgres/postgres-database.ts';
import { type AuditHead, AuditTampered, emptyHead, verifyChain } from './audit-chain.ts';
import { toEntry } from './audit-log.ts';

const usage = `Usage: npm run audit:verify -- --db data/usher.db | --database-url postgres://… | --file export.jsonl [--head SEQ:HASH]

Verifies the hashes of the whole audit log of an embedded database, a PostgreSQL database or an export. The server may be running.
Without a source, it verifies the database of the environment variable DATABASE_URL, which other users of this machine cannot see.
A database keeps the number and the hash of its newest entry, which must match. An export does not contain them.
--head is the last line of an earlier verification. Only it shows that a person with write access to the database has replaced both the entries
and the kept hash, or that the newest entries of an export are missing.
Exit code 0: verified. 1: the log was changed. 2: the log could not be read.
`;

const noHeadTable =
  'the database has no table audit_head: start a server of this version on it once, which adds the table. If one has run on it before, the table was deleted';

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

/** Reads an embedded database in one snapshot, without a lock: a running server continues to write. */
async function verifySqlite(file: string, noted: AuditHead): Promise<AuditHead> {
  if (!existsSync(file)) throw new Error(`${file} does not exist: --db must be the file usher.db`);
  const sqlite = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  try {
    sqlite.exec('BEGIN');
    const table = sqlite.prepare(`SELECT name FROM sqlite_schema WHERE name = 'audit_head'`).get();
    if (table === undefined) throw new Error(noHeadTable);
    const recorded = headIn(sqlite.prepare('SELECT seq, hash FROM audit_head').all());
    return await verifyChain(ofSqlite(sqlite), { noted, recorded });
  } finally {
    sqlite.close();
  }
}

function* ofSqlite(sqlite: DatabaseSync): Generator {
  for (const row of sqlite.prepare('SELECT * FROM audit ORDER BY seq').iterate()) {
    yield entryOrNothing(row as unknown as AuditTable);
  }
}

/** Reads a PostgreSQL database in one snapshot. */
async function verifyPostgres(url: string, noted: AuditHead): Promise<AuditHead> {
  const database = await connectPostgres({ url, maxConnections: 1 });
  try {
    const snapshot = database.kysely.transaction().setIsolationLevel('repeatable read').setAccessMode('read only');
    return await snapshot.execute(async (transaction) => {
      const { rows } = await sql<{ found: boolean }>`SELECT to_regclass('audit_head') IS NOT NULL AS found`.execute(
        transaction,
      );
      if (rows[0]?.found !== true) throw new Error(noHeadTable);
      const recorded = headIn(await transaction.selectFrom('audit_head').select(['seq', 'hash']).execute());
      return verifyChain(ofPostgres(transaction), { noted, recorded });
    });
  } finally {
    await database.close();
  }
}

async function* ofPostgres(transaction: Kysely<Tables>): AsyncGenerator {
  for (let after = Number.MIN_SAFE_INTEGER; ;) {
    const page = transaction.selectFrom('audit').selectAll().where('seq', '>', after).orderBy('seq').limit(1_000);
    const rows = await page.execute();
    yield* rows.map(entryOrNothing);
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.seq;
  }
}

/** @throws AuditTampered unless there is exactly one head */
function headIn(rows: readonly object[]): AuditHead {
  const [row] = rows as readonly AuditHead[];
  if (row === undefined) throw new AuditTampered('the table audit_head has no row');
  return { seq: row.seq, hash: row.hash };
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

function verify({ db, file, url, noted }: Arguments): Promise<AuditHead> {
  if (db !== undefined) return verifySqlite(db, noted);
  return file === undefined ? verifyPostgres(url ?? '', noted) : verifyChain(ofFile(file), { noted });
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
  const head = await verify(given);
  const next = `Note this argument for the next verification:\n--head ${head.seq}:${head.hash}\n`;
  process.stdout.write(head.seq === 0 ? 'The audit log is empty.\n' : `Verified ${head.seq} entries. ${next}`);
} catch (error) {
  const text = error instanceof Error ? error.message : String(error);
  const tampered = error instanceof AuditTampered;
  const prefix = tampered ? 'The audit log was changed: ' : '';
  process.stderr.write(`${prefix}${withoutSecrets(text, url)}\n${error instanceof UsageError ? `\n${usage}` : ''}`);
  process.exitCode = tampered ? 1 : 2;
}
