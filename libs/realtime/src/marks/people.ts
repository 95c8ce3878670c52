import type { Bus } from '../bus/bus.ts';
import type { Logger } from '../support/log.ts';
import type { Unread } from './marks.ts';

/** An event for one user in one room, relevant to their connections on every node. */
export type News =
  /** The user became a member of the room. */
  | { readonly kind: 'added'; readonly room: string; readonly user: string }
  /** The membership has ended. */
  | { readonly kind: 'dropped'; readonly room: string; readonly user: string }
  /** The membership and the access to the room have ended, for this reason. */
  | { readonly kind: 'removed'; readonly room: string; readonly user: string; readonly code: string }
  /** The read marker moved, and these messages remain unread. */
  | { readonly kind: 'read'; readonly room: string; readonly user: string; readonly unread: Unread };

export interface PeopleOptions {
  readonly bus: Bus;
  /** The name of this node, to ignore its own events. */
  readonly node: string;
  readonly log: Logger;
  readonly heard: (news: News) => void;
  /** Events may have been lost. */
  readonly missed: () => void;
}

const topic = 'people';

/**
 * Exchanges user events between nodes.
 *
 * @returns a function that publishes an event to the other nodes and never throws
 */
export function createPeople({ bus, node, log, heard, missed }: PeopleOptions): (news: News) => void {
  bus.subscribe(
    topic,
    (payload) => {
      const parsed = parse(payload);
      if (parsed === undefined) log.warn({ topic }, 'invalid user event payload on the bus');
      else if (parsed.from !== node) heard(parsed.news);
    },
    missed,
  );
  return (news) => {
    try {
      bus.publish(topic, JSON.stringify({ from: node, news }));
    } catch (error) {
      log.error({ err: error, kind: news.kind }, 'a user event could not be published');
    }
  };
}

function parse(payload: string): { readonly from: string; readonly news: News } | undefined {
  let said: unknown;
  try {
    said = JSON.parse(payload);
  } catch {
    return undefined;
  }
  return isObject(said) && typeof said['from'] === 'string' && isNews(said['news'])
    ? { from: said['from'], news: said['news'] }
    : undefined;
}

function isNews(value: unknown): value is News {
  if (!isObject(value) || typeof value['room'] !== 'string' || typeof value['user'] !== 'string') return false;
  const { kind, code, unread } = value;
  if (kind === 'removed') return typeof code === 'string';
  return kind === 'added' || kind === 'dropped' || (kind === 'read' && isUnread(unread));
}

function isUnread(value: unknown): value is Unread {
  return isObject(value) && ['seq', 'read', 'count', 'mentions'].every((field) => Number.isSafeInteger(value[field]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
