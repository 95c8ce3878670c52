/**
 * `node quick-check.ts FILE`: checks the structure of a database and prints what SQLite says, `ok` if there is nothing to say. A process
 * of its own, since a check of a large file takes long and cannot be interrupted otherwise.
 */
import { DatabaseSync } from 'node:sqlite';

const sqlite = new DatabaseSync(process.argv[2] ?? '', { readOnly: true });
process.stdout.write(String(sqlite.prepare('PRAGMA quick_check(1)').get()?.['quick_check']));
