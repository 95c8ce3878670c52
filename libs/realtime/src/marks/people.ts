import type { Bus } from '../bus/bus.ts';
import type { Logger } from '../support/log.ts';
import type { Unread } from './marks.ts';

/** What concerns a person in a room, wherever they sit. */
export type News =
  /** The room is in their list now. */
  | { readonly kind: 'added'; readonly room: string; readonly user: string }
  /** The room is in their list no more. */
  | { readonly kind: 'dropped'; readonly room: string; readonly user: string }
  /** The right to the room is gone as well, and this is why. */
  | { readonly kind: 'removed'; readonly room: string; readonly user: string; readonly code: string }
  /** They have read, and this is left. */
  | { readonly kind: 'read'; readonly room: string; readonly user: string; readonly unread: Unread };

export interface PeopleOptions {
  readonly bus: Bus;
  /** This node's name: what it said itself it has heard already. */
  readonly node: string;
  readonly log: Logger;
  readonly heard: (news: News) => void;
  /** News may have been lost. */
  readonly missed: () => void;
}

const topic = 'people';

/** Carries news of people between the nodes. Returns what tells the others; it never throws. */
export function createPeople({ bus, node, log, heard, missed }: PeopleOptions): (news: News) => void {
  bus.subscribe(
    topic,
    (payload) => {
      const parsed = parse(payload);
      if (parsed === undefined) log.warn({ topic }, 'the bus brought something that is no news of anybody');
      else if (parsed.from !== node) heard(parsed.news);
    },
    missed,
  );
  return (news) => {
    try {
      bus.publish(topic, JSON.stringify({ from: node, news }));
    } catch (error) {
      log.error({ err: error, kind: news.kind }, 'news of somebody could not be told to the other nodes');
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
