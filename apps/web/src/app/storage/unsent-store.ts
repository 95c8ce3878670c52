import type { Unsent } from '@usher/client/rooms';
import { type UseStore, clear, createStore, del, entries, get, set } from 'idb-keyval';

/** The unsent entries of one tab: their user, and the entries by room. */
export interface UnsentRecord {
  readonly user: string;
  readonly rooms: Readonly<Record<string, readonly Unsent[]>>;
}

let store: UseStore | undefined;
/** Runs operations one after the other, in call order. */
let turn: Promise<unknown> = Promise.resolve();

/** If storage is forbidden, full or broken, reads return nothing and writes are ignored. Sending works without it. */
function inTurn<T>(work: (store: UseStore) => Promise<T>): Promise<T | undefined> {
  const mine = turn.then(() => work((store ??= createStore('usher', 'unsent')))).catch(() => undefined);
  turn = mine;
  return mine;
}

/** The records of all tabs in this browser, by tab name. */
export async function recordsByTab(): Promise<ReadonlyMap<string, UnsentRecord>> {
  const found = await inTurn((from) => entries<string, unknown>(from));
  return new Map(found?.filter((entry): entry is [string, UnsentRecord] => isRecord(entry[1])));
}

export async function recordOf(tab: string): Promise<UnsentRecord | undefined> {
  const found = await inTurn((from) => get<unknown>(tab, from));
  return isRecord(found) ? found : undefined;
}

export async function keepRecord(tab: string, record: UnsentRecord): Promise<void> {
  const empty = Object.keys(record.rooms).length === 0;
  await inTurn((to) => (empty ? del(tab, to) : set(tab, record, to)));
}

export async function deleteRecord(tab: string): Promise<void> {
  await inTurn((from) => del(tab, from));
}

/** Deletes the records of all tabs and users. */
export async function deleteAllRecords(): Promise<void> {
  await inTurn((from) => clear(from));
}

function isRecord(value: unknown): value is UnsentRecord {
  if (typeof value !== 'object' || value === null || !('user' in value && 'rooms' in value)) return false;
  const { user, rooms } = value;
  if (typeof user !== 'string' || typeof rooms !== 'object' || rooms === null) return false;
  return Object.values(rooms).every((list: unknown) => Array.isArray(list) && list.every(isUnsent));
}

function isUnsent(value: unknown): value is Unsent {
  if (typeof value !== 'object' || value === null || !('key' in value && 'text' in value)) return false;
  const of = 'of' in value ? value.of : undefined;
  return (
    typeof value.key === 'string' &&
    typeof value.text === 'string' &&
    (of === undefined || typeof of === 'number' || typeof of === 'string')
  );
}
