import type { HistoryPage, Range } from '@usher/realtime/rooms';
import type { GroupCommit } from '../database/group-commit.ts';

type Read = (room: string, range: Range) => HistoryPage;

/** Maximum cached pages. Further pages are read without caching. */
const maxPages = 100;
/** Maximum age of the cache in milliseconds. Limits how long manual changes of the database stay invisible. */
const maxAgeMs = 100;

/**
 * Caches pages until the next commit. When thousands of clients reconnect at once, most of them request the same pages. The cache never
 * returns stale pages, because only this process writes.
 */
export function sharedReads(read: Read, commit: Pick<GroupCommit, 'onSettled'>): Read {
  const pages = new Map<string, HistoryPage>();
  let expiry: NodeJS.Timeout | undefined;
  commit.onSettled(() => {
    pages.clear();
  });
  return (room, range) => {
    const place = 'after' in range ? `after ${range.after}` : `before ${range.before ?? ''}`;
    const key = `${place} ${range.limit} ${range.bytes ?? ''} ${room}`;
    const known = pages.get(key);
    if (known !== undefined) return known;
    const page = read(room, range);
    expiry ??= setTimeout(() => {
      expiry = undefined;
      pages.clear();
    }, maxAgeMs).unref();
    if (pages.size < maxPages) pages.set(key, page);
    return page;
  };
}
