/**
 * `node quick-check.ts FILE` checks the structure of a database and prints the result of SQLite, `ok` for an intact file. It runs as a
 * child process, because the check of a large file takes long and can only be interrupted by a signal.
 */
import { DatabaseSync } from 'node:sqlite';

const sqlite = new DatabaseSync(process.argv[2] ?? '', { readOnly: true });
process.stdout.write(String(sqlite.prepare('PRAGMA quick_check(1)').get()?.['quick_check']));
