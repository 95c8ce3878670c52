import type { Event, History, SeenMessage, Violation } from './record.ts';

/** The index of an event in the history. */
type Position = number;

/** An operation with the positions of its invocation and its completion. The latter is infinite if the operation did not complete. */
interface Operation {
  readonly kind: string;
  readonly invoked: Position;
  completed: Position;
  isOk: boolean;
}

/**
 * Checks access by cause and effect, independent of clocks and network delays: a message whose request began after a removal or a
 * sign-out had completed must not reach the removed or signed-out user.
 */
export function* checkAccess(history: History): Iterable<Violation> {
  const index = new AccessIndex(history);
  const connections = new Map<number, { readonly user: string; readonly session: string }>();
  const tickets = new Map<number, number>();
  for (const [position, event] of history.events.entries()) {
    if (event.type === 'opened') {
      const { ticket, connection } = event;
      connections.set(connection, event);
      const other = tickets.get(ticket);
      if (other !== undefined) {
        yield { rule: 'a ticket opens one socket', text: `a ticket opened the connections ${other} and ${connection}` };
      }
      tickets.set(ticket, connection);
      const ended = index.endOf(event.session);
      if (ended !== undefined && ended.completed < position && index.begunAfter(ended, event)) {
        yield {
          rule: 'an ended session does nothing',
          text: `connection ${connection} opened after the end of its session`,
        };
      }
    } else if (event.type === 'message') {
      const reader = connections.get(event.connection);
      if (reader !== undefined) yield* index.checkRead(position, { ...reader, ...event }, [event.message]);
    } else if (event.type === 'joined') {
      const reader = connections.get(event.connection);
      if (reader !== undefined) yield* index.checkRead(position, { ...reader, ...event }, event.messages);
    } else if (event.type === 'page') {
      yield* index.checkRead(position, event, event.messages);
    } else if (event.type === 'write' && event.phase === 'ok') {
      yield* index.checkWrite(event);
    }
  }
  yield* checkSockets(history);
}

interface Reader {
  readonly user: string;
  readonly session: string;
  readonly room: string;
}

class AccessIndex {
  /** When the request for each stored message began, by room and key. */
  readonly #begun = new Map<string, Position>();
  readonly #memberships = new Map<string, Operation[]>();
  readonly #ends = new Map<string, Operation>();
  readonly #keys = new Map<string, string>();

  constructor({ events, rooms }: History) {
    for (const [room, stored] of rooms) {
      for (const { seq, key, from } of stored) this.#keys.set(`${room} ${seq}`, `${room} ${from} ${key}`);
    }
    const operations = new Map<number, Operation>();
    for (const [position, event] of events.entries()) this.#add(position, event, operations);
  }

  #add(position: Position, event: Event, operations: Map<number, Operation>): void {
    if (event.type === 'write' && event.phase === 'invoke') {
      this.#begun.set(`${event.room} ${event.user} ${event.key}`, position);
    }
    if (event.type !== 'membership' && event.type !== 'sign-out') return;
    if (event.phase !== 'invoke') {
      const operation = operations.get(event.op);
      if (operation === undefined || event.phase !== 'ok') return;
      operation.completed = position;
      operation.isOk = true;
      return;
    }
    const kind = event.type === 'membership' ? event.kind : 'end';
    const operation: Operation = { kind, invoked: position, completed: Infinity, isOk: false };
    operations.set(event.op, operation);
    if (event.type === 'sign-out') this.#ends.set(event.session, operation);
    else {
      const key = `${event.room} ${event.user}`;
      this.#memberships.set(key, [...(this.#memberships.get(key) ?? []), operation]);
    }
  }

  /** The completed sign-out of a session, if there is one. */
  endOf(session: string): Operation | undefined {
    const end = this.#ends.get(session);
    return end?.isOk === true ? end : undefined;
  }

  /** Whether a request or handshake began after the sign-out of its session had completed. */
  begunAfter({ completed }: Operation, { requestedAt }: { readonly requestedAt: Position }): boolean {
    return requestedAt > completed;
  }

  *checkRead(
    position: Position,
    { user, session, room }: Reader,
    messages: readonly SeenMessage[],
  ): Iterable<Violation> {
    const removal = this.#removalBefore(position, room, user);
    const end = this.endOf(session);
    for (const { seq } of messages) {
      const begun = this.#begun.get(this.#keys.get(`${room} ${seq}`) ?? '') ?? -1;
      if (removal !== undefined && begun > removal.completed) {
        yield {
          rule: 'a removed member receives nothing',
          text: `${user} received ${seq} of ${room}, which was sent after the removal had completed`,
        };
      }
      if (end !== undefined && begun > end.completed) {
        yield {
          rule: 'an ended session does nothing',
          text: `${user} received ${seq} of ${room} in a session that had ended before it was sent`,
        };
      }
    }
  }

  *checkWrite(acknowledged: {
    readonly op: number;
    readonly session: string;
    readonly requestedAt: Position;
  }): Iterable<Violation> {
    const end = this.endOf(acknowledged.session);
    if (end !== undefined && this.begunAfter(end, acknowledged)) {
      yield {
        rule: 'an ended session does nothing',
        text: `operation ${acknowledged.op} was acknowledged after the end of its session`,
      };
    }
  }

  /** The last removal that completed before a position, unless a later or concurrent addition may have undone it. */
  #removalBefore(position: Position, room: string, user: string): Operation | undefined {
    const operations = this.#memberships.get(`${room} ${user}`) ?? [];
    const removal = operations.findLast(
      ({ kind, isOk, completed }) => kind === 'remove' && isOk && completed < position,
    );
    if (removal === undefined) return undefined;
    const isUndone = operations.some(
      ({ kind, invoked, completed }) => kind === 'add' && invoked < position && completed > removal.invoked,
    );
    return isUndone ? undefined : removal;
  }
}

/** Each socket of an ended session closes within the bound, not counting the time in which its node was suspended. */
function* checkSockets({ events, closeBoundMs, endedAt }: History): Iterable<Violation> {
  const ends = new Map<number, string>();
  const endedAtOf = new Map<string, number>();
  const sockets = new Map<number, { readonly session: string; readonly node: number; closedAt: number }>();
  const pauses: { readonly node: number; readonly from: number; to: number }[] = [];
  for (const event of events) {
    if (event.type === 'sign-out') {
      if (event.phase === 'invoke') ends.set(event.op, event.session);
      else if (event.phase !== 'unknown') endedAtOf.set(ends.get(event.op) ?? '', event.at);
    } else if (event.type === 'opened') {
      sockets.set(event.connection, { session: event.session, node: event.node, closedAt: Infinity });
    } else if (event.type === 'closed') {
      const socket = sockets.get(event.connection);
      if (socket !== undefined) socket.closedAt = event.at;
    } else if (event.type === 'fault' && event.name === 'pause' && event.node !== undefined) {
      if (event.phase === 'begin') pauses.push({ node: event.node, from: event.at, to: Infinity });
      else {
        const pause = pauses.findLast(({ node }) => node === event.node);
        if (pause !== undefined) pause.to = event.at;
      }
    }
  }
  for (const [connection, { session, node, closedAt }] of sockets) {
    const from = endedAtOf.get(session);
    if (from === undefined) continue;
    const until = Math.min(closedAt, endedAt);
    let suspendedMs = 0;
    for (const pause of pauses) {
      if (pause.node === node) suspendedMs += Math.max(0, Math.min(pause.to, until) - Math.max(pause.from, from));
    }
    const openMs = until - from - suspendedMs;
    if (openMs > closeBoundMs) {
      yield {
        rule: 'a socket closes when its session has ended',
        text: `connection ${connection} was open ${Math.round(openMs)} ms after the end of its session`,
      };
    }
  }
}
