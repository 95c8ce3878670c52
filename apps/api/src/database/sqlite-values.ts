import type { SQLOutputValue } from 'node:sqlite';

/** A row of `node:sqlite`. */
export type Row = Readonly<Record<string, SQLOutputValue>>;

/** @throws TypeError unless the value is a string. */
export function string(value: SQLOutputValue | undefined): string {
  if (typeof value !== 'string')
    throw new TypeError(`invalid value in the database: must be a string, not ${typeof value}`);
  return value;
}

/** @throws TypeError unless the value is a number. */
export function integer(value: SQLOutputValue | undefined): number {
  if (typeof value !== 'number')
    throw new TypeError(`invalid value in the database: must be a number, not ${typeof value}`);
  return value;
}

/** Returns the primary result code of a `node:sqlite` error (sqlite.org/rescode.html). 0 for other errors. */
export function resultCode(error: unknown): number {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return 0;
  return error.errcode & 0xff;
}

/** Calls a synchronous read of `node:sqlite`, for an async port. Rejects with the error that it throws. */
export function promiseOf<T>(read: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(read());
  });
}
