import type { HistoryPage, Range } from '@usher/realtime';
import type { GroupCommit } from '../database/group-commit.ts';

type Read = (room: string, range: Range) => HistoryPage;

/** Different pages that are remembered at once; the rest are read each for themselves. */
const pagesAtMost = 100;
/** For so long, in milliseconds: somebody who changes the database by hand is seen soon enough. */
const keptMs = 100;

/**
 * Reads a page once for all who ask for it before anything is committed: when a crowd comes back, thousands miss the same messages.
 * Nothing is older by it than it would be, since this process is the only one that writes.
 */
export function sharedReads(read: Read, commit: Pick<GroupCommit, 'onSettled'>): Read {
  const pages = new Map<string, HistoryPage>();
  let forgetting: NodeJS.Timeout | undefined;
  commit.onSettled(() => {
    pages.clear();
  });
  return (room, range) => {
    const place = 'after' in range ? `after ${range.after}` : `before ${range.before ?? ''}`;
    const key = `${place} ${range.limit} ${range.bytes ?? ''} ${room}`;
    const known = pages.get(key);
    if (known !== undefined) return known;
    const page = read(room, range);
    forgetting ??= setTimeout(() => {
      forgetting = undefined;
      pages.clear();
    }, keptMs).unref();
    if (pages.size < pagesAtMost) pages.set(key, page);
    return page;
  };
}
