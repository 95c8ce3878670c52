import type { EventFrame, RoomsProtocol } from '@usher/protocol';
import type { Bus } from '../bus/bus.ts';
import type { Connection } from '../connections/connection.ts';
import type { Connections } from '../connections/connections-types.ts';
import type { Logger } from '../support/log.ts';
import type { Unread } from './read-markers.ts';

/** An event for one user in one room, relevant to their connections on every node. */
export type UserEvent =
  /** The user became a member of the room. */
  | { readonly kind: 'added'; readonly room: string; readonly user: string }
  /** The membership has ended. */
  | { readonly kind: 'removed'; readonly room: string; readonly user: string }
  /** The membership and the access to the room have ended. Never published: each node receives the command for the removal. */
  | { readonly kind: 'evicted'; readonly room: string; readonly user: string }
  /** The read marker moved, and these messages remain unread. */
  | { readonly kind: 'read'; readonly room: string; readonly user: string; readonly unread: Unread };

export interface UserEventsOptions {
  readonly bus: Bus;
  /** The name of this node, to ignore its own events. */
  readonly node: string;
  readonly log: Logger;
  /** Called for the events of the users that this node follows. */
  readonly onEvent: (event: UserEvent) => void;
}

/** Exchanges user events between nodes. Each user has a topic, so that only the nodes that follow a user receive their events. */
export class UserEvents {
  readonly #options: UserEventsOptions;

  constructor(options: UserEventsOptions) {
    this.#options = options;
  }

  /**
   * Subscribes to the events of a user on other nodes.
   *
   * @param onActive called when the subscription is active, which may be before this method returns, and again whenever events may have
   *   been lost
   * @returns a function that ends the subscription
   */
  follow(user: string, onActive: () => void): () => void {
    const message = (payload: string): void => {
      this.#received(user, payload);
    };
    return this.#options.bus.subscribe(topicOf(user), { message, ready: onActive, gap: onActive });
  }

  /** Publishes an event to the other nodes that follow its user. Never throws. */
  publish(event: UserEvent): void {
    const { bus, node, log } = this.#options;
    try {
      bus.publish(topicOf(event.user), JSON.stringify({ from: node, event }));
    } catch (error) {
      log.error({ err: error, kind: event.kind }, 'a user event could not be published');
    }
  }

  #received(user: string, payload: string): void {
    const { node, log, onEvent } = this.#options;
    const parsed = parse(payload);
    if (parsed?.event.user !== user) log.warn({}, 'invalid user event payload on the bus');
    else if (parsed.from !== node) onEvent(parsed.event);
  }
}

function topicOf(user: string): string {
  return `user:${user}`;
}

/** Sends an event to all connections of a user on this node, except those for which `except` returns true. */
export function sendToUser(
  connections: Connections<RoomsProtocol>,
  user: string,
  event: EventFrame<RoomsProtocol>,
  except?: (connection: Connection) => boolean,
): void {
  const frame = connections.encode(event);
  for (const connection of connections.list({ user })) if (except?.(connection) !== true) connection.send(frame);
}

function parse(payload: string): { readonly from: string; readonly event: UserEvent } | undefined {
  let decoded: unknown;
  try {
    decoded = JSON.parse(payload);
  } catch {
    return undefined;
  }
  return isObject(decoded) && typeof decoded['from'] === 'string' && isUserEvent(decoded['event'])
    ? { from: decoded['from'], event: decoded['event'] }
    : undefined;
}

function isUserEvent(value: unknown): value is UserEvent {
  if (!isObject(value) || typeof value['room'] !== 'string' || typeof value['user'] !== 'string') return false;
  const { kind, unread } = value;
  return kind === 'added' || kind === 'removed' || (kind === 'read' && isUnread(unread));
}

function isUnread(value: unknown): value is Unread {
  return isObject(value) && ['seq', 'read', 'count', 'mentions'].every((field) => Number.isSafeInteger(value[field]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
