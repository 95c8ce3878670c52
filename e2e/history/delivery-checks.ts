import type { History, SeenMessage, StoredMessage, Violation } from './record.ts';

const rule = 'every member receives the sequence of the database';

/** The messages that a connection has received in a room since its join. */
interface Reception {
  /** The sequence number of the next live message. */
  next: number;
}

/**
 * Checks that each connection receives the messages of a room without a gap, twice or in another order, that they are those of the database,
 * and that a connection that is still a member at the end has received all of them.
 */
export function* checkDelivery({ events, rooms }: History): Iterable<Violation> {
  const receptions = new Map<string, Reception>();
  const stored = new Map(
    [...rooms].map(([room, messages]) => [room, new Map(messages.map((each) => [each.seq, each]))]),
  );

  function* differs(where: string, room: string, messages: readonly SeenMessage[]): Iterable<Violation> {
    for (const { seq, id, from } of messages) {
      const known: StoredMessage | undefined = stored.get(room)?.get(seq);
      if (known?.id === id && known.from === from) continue;
      yield {
        rule,
        text: `${where}: message ${seq} of ${room} is ${known === undefined ? 'not stored' : 'another one in the database'}`,
      };
    }
  }

  for (const event of events) {
    if (event.type === 'page') {
      yield* differs(`a page of ${event.user}`, event.room, event.messages);
    } else if (event.type === 'joined') {
      const { connection, room, messages, seq, after, recovery, more } = event;
      const where = `the join of connection ${connection}`;
      yield* differs(where, room, messages);
      if (recovery === 'recovered' && after !== undefined) {
        const expected = messages.map((_, index) => after + 1 + index);
        const isComplete = more || after + messages.length === seq;
        if (!isComplete || messages.some((message, index) => message.seq !== expected[index])) {
          yield { rule, text: `${where}: after ${after} it recovered [${seqsOf(messages)}], and ${room} is at ${seq}` };
        }
      }
      receptions.set(`${connection} ${room}`, { next: seq + 1 });
    } else if (event.type === 'message') {
      const { connection, room, message } = event;
      yield* differs(`connection ${connection}`, room, [message]);
      const reception = receptions.get(`${connection} ${room}`);
      if (reception === undefined) {
        yield { rule, text: `connection ${connection} received ${message.seq} of ${room}, which it has not joined` };
      } else {
        if (message.seq !== reception.next) {
          yield {
            rule,
            text: `connection ${connection} received ${message.seq} of ${room} instead of ${reception.next}`,
          };
        }
        reception.next = message.seq + 1;
      }
    } else if (event.type === 'left' || event.type === 'removed') {
      receptions.delete(`${event.connection} ${event.room}`);
    } else if (event.type === 'closed') {
      for (const room of rooms.keys()) receptions.delete(`${event.connection} ${room}`);
    }
  }
  for (const [key, { next }] of receptions) {
    const [connection = '', room = ''] = key.split(' ');
    const head = rooms.get(room)?.length ?? 0;
    if (next <= head) yield { rule, text: `connection ${connection} received ${room} up to ${next - 1} of ${head}` };
  }
}

function seqsOf(messages: readonly SeenMessage[]): string {
  return messages.map(({ seq }) => seq).join();
}
