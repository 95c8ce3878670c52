import type { SQLOutputValue } from 'node:sqlite';

/** A row as `node:sqlite` gives it. */
export type Row = Readonly<Record<string, SQLOutputValue>>;

/** @throws TypeError when the value is no text. */
export function string(value: SQLOutputValue | undefined): string {
  if (typeof value !== 'string') throw new TypeError('the database holds something that is no text where text belongs');
  return value;
}

/** @throws TypeError when the value is no number. */
export function integer(value: SQLOutputValue | undefined): number {
  if (typeof value !== 'number')
    throw new TypeError('the database holds something that is no number where one belongs');
  return value;
}
