import type { HistoryPage, Range } from '@usher/realtime';
import type { GroupCommit } from '../database/group-commit.ts';

type Read = (room: string, range: Range) => HistoryPage;

/** Different pages that are remembered within one turn; the rest are read each for themselves. */
const pagesAtMost = 100;

/**
 * Reads a page once for all who ask for it in one turn of the event loop: when a crowd comes back, thousands miss the same
 * messages. Nothing is older by it than it would be: what was read in a turn is forgotten with it, and by any commit before.
 */
export function sharedReads(read: Read, commit: Pick<GroupCommit, 'onSettled'>): Read {
  const pages = new Map<string, HistoryPage>();
  commit.onSettled(() => {
    pages.clear();
  });
  return (room, range) => {
    const key = `${'after' in range ? `after ${range.after} ${range.bytes}` : `before ${range.before ?? ''}`} ${range.limit} ${room}`;
    const known = pages.get(key);
    if (known !== undefined) return known;
    const page = read(room, range);
    if (pages.size === 0) {
      setImmediate(() => {
        pages.clear();
      });
    }
    if (pages.size < pagesAtMost) pages.set(key, page);
    return page;
  };
}
