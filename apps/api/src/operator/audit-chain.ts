import { createHash } from 'node:crypto';
import { type AuditEntry, auditEntrySchema } from '@usher/operator-api/server';
import { Compile } from 'typebox/compile';

/** The audit log was changed. The message names the entry. */
export class AuditTampered extends Error {
  override readonly name = 'AuditTampered';
}

/** The last entry of the audit log. An operator who notes it elsewhere can later prove that the log up to it is complete and unchanged. */
export interface AuditHead {
  /** 0 for an empty log. */
  readonly seq: number;
  readonly hash: string;
}

/** The head of an empty log. */
export const emptyHead: AuditHead = { seq: 0, hash: '' };

/**
 * Serializes JSON with sorted keys and without white space (RFC 8785), so that equal values have equal texts.
 *
 * @throws TypeError for a value that JSON does not have, such as a function or an infinite number
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    // Compares code units, as RFC 8785 requires.
    fields.sort(([one], [other]) => (one < other ? -1 : 1));
    return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`).join()}}`;
  }
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError('JSON has only finite numbers');
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return JSON.stringify(value);
  throw new TypeError(`JSON has no ${typeof value}`);
}

/** Returns the hash of an entry: SHA-256 over its canonical JSON, in which `previous` is the hash of the entry before it. base64url. */
export function hashOf(entry: Omit<AuditEntry, 'hash'>, previous: string): string {
  return createHash('sha256')
    .update(canonicalJson({ ...entry, previous }))
    .digest('base64url');
}

const validator = Compile(auditEntrySchema);

/** Heads that a log is compared with. */
export interface KnownHeads {
  /** A head that was recorded earlier, outside the database. */
  readonly noted?: AuditHead;
  /** The head that the database keeps, read in the same snapshot as the entries. */
  readonly recorded?: AuditHead;
}

/**
 * Verifies a complete audit log, from its first entry. It detects every entry that was changed, deleted, inserted or moved. That the newest
 * entries were deleted, or that all entries from one on were written again with new hashes, only the known heads show.
 *
 * @param entries in the order of the log
 * @returns the head of the log
 * @throws AuditTampered
 */
export async function verifyChain(
  entries: AsyncIterable<unknown> | Iterable<unknown>,
  { noted = emptyHead, recorded }: KnownHeads = {},
): Promise<AuditHead> {
  let head = emptyHead;
  for await (const entry of entries) {
    const expected = head.seq + 1;
    if (!validator.Check(entry)) throw new AuditTampered(`entry ${expected} is not an entry of an audit log`);
    if (entry.seq !== expected) {
      throw new AuditTampered(`entry ${expected} is missing: entry ${entry.seq} is in its place`);
    }
    const { hash, ...rest } = entry;
    if (hashOf(rest, head.hash) !== hash) {
      throw new AuditTampered(`entry ${entry.seq} was changed, or does not follow the entry before it`);
    }
    head = { seq: entry.seq, hash };
    if (head.seq === noted.seq && head.hash !== noted.hash) {
      throw new AuditTampered(`entry ${entry.seq} does not have the noted hash: the log up to it was written again`);
    }
  }
  if (head.seq < noted.seq) {
    throw new AuditTampered(`${endOf(head)}, but entry ${noted.seq} was noted: the end was deleted`);
  }
  if (recorded !== undefined) compare(head, recorded);
  return head;
}

/** @throws AuditTampered if the log does not end with the head that the database keeps */
function compare(head: AuditHead, recorded: AuditHead): void {
  if (head.seq < recorded.seq) {
    throw new AuditTampered(`${endOf(head)}, but entry ${recorded.seq} was recorded: the end was deleted`);
  }
  if (head.seq > recorded.seq) {
    throw new AuditTampered(
      `entry ${recorded.seq + 1} does not belong to the log, which ends with entry ${recorded.seq}`,
    );
  }
  if (head.hash !== recorded.hash) {
    throw new AuditTampered(`entry ${head.seq} does not have the recorded hash: the log was written again`);
  }
}

function endOf({ seq }: AuditHead): string {
  return seq === 0 ? 'the log is empty' : `the log ends with entry ${seq}`;
}
