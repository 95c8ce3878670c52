/** `npm run migrate:postgres -- --from data/usher.db --to URL` copies an embedded database to PostgreSQL. */
import { parseArgs } from 'node:util';
import { DatabaseDamaged } from '../database/integrity.ts';
import { DataDirUnusable } from '../database/data-dir.ts';
import { PostgresUnusable } from '../postgres/postgres-unusable.ts';
import { ImportError } from './import-error.ts';
import { importSqlite } from './import.ts';

const usage = `Usage: npm run migrate:postgres -- --from data/usher.db --to postgres://user:password@host:5432/database

Copies the embedded database to an empty PostgreSQL database. Stop the server first. Without --to the URL is the
environment variable DATABASE_URL, which other users of this machine cannot see. Behind PgBouncer, use the URL of PostgreSQL itself.
An import that was interrupted continues when the same command is run again.
`;

const known = [ImportError, DatabaseDamaged, DataDirUnusable, PostgresUnusable];

let secrets: readonly string[] = [];
let urlName = 'DATABASE_URL';
try {
  const { from, to, isArgument } = readArguments();
  if (isArgument) urlName = '--to';
  secrets = secretsOf(to);
  await importSqlite({
    from,
    to,
    report: (line) => {
      process.stdout.write(`${line}\n`);
    },
  });
  process.stdout.write(
    'Done. Start the server with DATABASE_URL, and with its JWT_SECRET; if it had none, use the content of the file jwt-secret.\n',
  );
} catch (error) {
  let text = explain(error);
  for (const secret of secrets) text = text.replaceAll(secret, '***');
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
}

/** @throws ImportError */
function readArguments(): { readonly from: string; readonly to: string; readonly isArgument: boolean } {
  const wrong = (reason: string): ImportError => new ImportError(`${reason}\n\n${usage}`);
  let values: { readonly from?: string; readonly to?: string };
  try {
    ({ values } = parseArgs({ options: { from: { type: 'string' }, to: { type: 'string' } } }));
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error));
  }
  const { from, to = process.env['DATABASE_URL'] } = values;
  if (from === undefined) throw wrong('--from is missing: the file of the embedded database');
  if (to === undefined || to === '')
    throw wrong('--to and DATABASE_URL are missing: the URL of the PostgreSQL database');
  return { from, to, isArgument: values.to !== undefined };
}

/** The password in a URL, as written and decoded. */
function secretsOf(url: string): readonly string[] {
  if (!URL.canParse(url)) return [url];
  const { password, searchParams } = new URL(url);
  const passwords = [password, searchParams.get('password') ?? ''].flatMap((each) => [each, decoded(each)]);
  return passwords.filter((each) => each !== '');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof PostgresUnusable) return error.message.replaceAll('DATABASE_URL', urlName);
  if (known.some((type) => error instanceof type)) return error.message;
  return `The import failed: ${error.message}\nRun the same command again to continue.`;
}
