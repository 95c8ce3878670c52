import { expect, test } from 'vitest';
import { type LocalPage, mergePages, PageBuilder, decodeCursor, type Position } from './paging.ts';

interface Entry {
  readonly at: number;
  readonly node: string;
  readonly id: string;
}

const entry = (at: number, node = 'a', id = 'x'): Entry => ({ at, node, id });

function pageOf(entries: readonly Entry[], size: number, after?: Position): LocalPage<Entry> {
  const page = new PageBuilder<Entry>(size, after);
  for (const each of entries) page.add(each, () => each);
  return page.page;
}

/** Reads all pages of a list that several nodes keep. */
function readAll(nodes: readonly (readonly Entry[])[], limit: number): Entry[] {
  const read: Entry[] = [];
  let after: Position | undefined;
  for (;;) {
    const pages = nodes.map((entries) => pageOf(entries, limit + 1, after));
    const { values, next } = mergePages(pages, limit);
    read.push(...values);
    if (next === undefined) return read;
    after = decodeCursor(next);
  }
}

test('a page contains the newest records, whatever the order in which they are added', () => {
  const entries = [3, 9, 1, 7, 5].map((at) => entry(at));
  const { entries: found, total } = pageOf(entries, 3);
  expect([found.map(({ value }) => value.at), total]).toEqual([[9, 7, 5], 5]);
});

test('reads a value only if it belongs to the page', () => {
  const page = new PageBuilder<number>(2, undefined);
  let reads = 0;
  for (let at = 1_000; at > 0; at -= 1)
    page.add(entry(at), () => {
      reads += 1;
      return at;
    });
  expect([reads, page.page.total]).toEqual([2, 1_000]);
});

test('the pages of several nodes contain each record once, in one order', () => {
  // Records of the same millisecond are on different nodes and on one.
  const first = [entry(5, 'a', '3'), entry(5, 'a', '2'), entry(5, 'a', '1'), entry(2, 'a', '0')];
  const second = [entry(6, 'b', '9'), entry(5, 'b', '8'), entry(1, 'b', '7')];
  const ids = [1, 2, 3, 50].map((limit) => readAll([first, second], limit).map(({ id }) => id));
  expect(ids).toEqual(Array.from({ length: 4 }, () => ['9', '8', '3', '2', '1', '0', '7']));
});

test('there is no next page when the last record was read', () => {
  expect(mergePages([pageOf([entry(2), entry(1)], 3)], 2).next).toBeUndefined();
  expect(mergePages([pageOf([], 3)], 2)).toEqual({ values: [], total: 0 });
});

test.each(['', '1', 'a.b', 'a.b.c.d', 'a.b.', '!.b.c', `a.${'n'.repeat(65)}.c`])('%j is not a cursor', (cursor) => {
  expect(() => decodeCursor(cursor)).toThrow(expect.objectContaining({ code: 'bad_request' }) as Error);
});
