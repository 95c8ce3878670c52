import { HttpProblem } from '../http/http-problem.ts';

/** The position of a record in a list that is merged from all nodes: newest first, then by node and id. */
export interface Position {
  /** Unix milliseconds. */
  readonly at: number;
  readonly node: string;
  /** Unique on its node. Records of the same millisecond are ordered by it. */
  readonly id: string;
}

/** Whether `position` comes after `other` in a list. */
function isAfter(position: Position, other: Position): boolean {
  if (position.at !== other.at) return position.at < other.at;
  if (position.node !== other.node) return position.node < other.node;
  return position.id < other.id;
}

/** Orders a list. */
function comparePositions(one: Position, other: Position): number {
  if (isAfter(one, other)) return 1;
  return isAfter(other, one) ? -1 : 0;
}

/** Part of the list of one node. */
export interface LocalPage<T> {
  /** In order, at most the requested number. */
  readonly entries: readonly { readonly position: Position; readonly value: T }[];
  /** The number of records that match the filter, on all pages. */
  readonly total: number;
}

export interface MergedPage<T> {
  readonly values: T[];
  readonly total: number;
  /** The cursor of the next page, if there is one. */
  readonly next?: string;
}

/**
 * Merges the pages of all nodes. Each node must have been queried for one record more than `limit`. The next page begins after the last record
 * of this one, so records that are added meanwhile do not move it.
 */
export function mergePages<T>(pages: readonly LocalPage<T>[], limit: number): MergedPage<T> {
  const entries = pages.flatMap((page) => page.entries);
  entries.sort((one, other) => comparePositions(one.position, other.position));
  const shown = entries.slice(0, limit);
  const last = shown.at(-1);
  return {
    values: shown.map(({ value }) => value),
    total: pages.reduce((sum, { total }) => sum + total, 0),
    ...(entries.length > limit && last !== undefined ? { next: encodeCursor(last.position) } : {}),
  };
}

function encodeCursor({ at, node, id }: Position): string {
  return `${at.toString(36)}.${node}.${id}`;
}

/** Returns the position after which a page begins. @throws HttpProblem 400 `bad_request` */
export function decodeCursor(cursor: string): Position {
  const [, at = '', node = '', id = ''] = /^([0-9a-z]{1,11})\.([\w-]{1,64})\.([\w-]{1,64})$/.exec(cursor) ?? [];
  if (id === '') throw new HttpProblem('bad_request', { detail: 'cursor: must be `next` of a previous page' });
  return { at: Number.parseInt(at, 36), node, id };
}

/** The records of one page while a list is read in any order. Keeps at most `size` of them. */
export class PageBuilder<T> {
  readonly #size: number;
  readonly #after: Position | undefined;
  readonly #entries: { readonly position: Position; readonly value: T }[] = [];
  #total = 0;

  constructor(size: number, after: Position | undefined) {
    this.#size = size;
    this.#after = after;
  }

  /** Adds a record that matches the filter. `value` is called only if it belongs to the page. */
  add(position: Position, value: () => T): void {
    this.#total += 1;
    if (this.#after !== undefined && !isAfter(position, this.#after)) return;
    const entries = this.#entries;
    const last = entries.at(-1);
    if (entries.length >= this.#size && last !== undefined && !isAfter(last.position, position)) return;
    let index = entries.length;
    while (index > 0 && isBefore(position, entries[index - 1]?.position)) index -= 1;
    entries.splice(index, 0, { position, value: value() });
    if (entries.length > this.#size) entries.pop();
  }

  get page(): LocalPage<T> {
    return { entries: this.#entries, total: this.#total };
  }
}

function isBefore(position: Position, other: Position | undefined): boolean {
  return other !== undefined && isAfter(other, position);
}
