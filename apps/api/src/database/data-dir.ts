import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { resultCode } from './sqlite-values.ts';

/** The data directory is in use by another server. */
export class DataDirInUse extends Error {
  override readonly name = 'DataDirInUse';

  constructor(dataDir: string) {
    super(`DATA_DIR: ${dataDir} is in use by another server; stop that server or choose another directory`);
  }
}

/** The data directory cannot be created, read or written. The message is one line that names the setting and the reason. */
export class DataDirUnusable extends Error {
  override readonly name = 'DataDirUnusable';

  constructor(dataDir: string, cause: Error) {
    const reason = cause.message.replaceAll(/\s+/g, ' ');
    super(
      `DATA_DIR: cannot use ${JSON.stringify(dataDir)} (${reason}); it must be a directory that this user may write to`,
      {
        cause,
      },
    );
  }
}

/**
 * Creates the directory and its missing parents with access for the owner only.
 *
 * `mkdirSync` with `recursive` is not used: it never returns if the system reports ENOENT for an existing parent, as in /proc (Node 24.21).
 *
 * @throws DataDirUnusable
 */
export function createDataDir(dataDir: string): void {
  try {
    createDirectory(resolve(dataDir));
  } catch (error) {
    throw unusable(dataDir, error);
  }
}

/** Converts an error of the directory or its files to `DataDirUnusable`. Returns other errors unchanged. */
export function unusable(dataDir: string, error: unknown): unknown {
  return error instanceof Error && (isSystemError(error) || storageCodes.includes(resultCode(error)))
    ? new DataDirUnusable(dataDir, error)
    : error;
}

function createDirectory(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code === 'EEXIST' && statSync(path).isDirectory()) return;
    const parent = dirname(path);
    if (error.code !== 'ENOENT' || parent === path) throw error;
    createDirectory(parent);
    mkdirSync(path, { mode: 0o700 });
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

/** Result codes of SQLite that concern the file and not the statement (sqlite.org/rescode.html): PERM, READONLY, IOERR, FULL, CANTOPEN, NOTADB. */
const storageCodes = [3, 8, 10, 13, 14, 26];
