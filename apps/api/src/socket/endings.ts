import type { EndCause, RoomsProtocol } from '@usher/protocol';
import { closeReasonOf, endCauses } from '@usher/protocol/server';
import { type Bus, type Connections, createSurvey, type Gathered, type Logger } from '@usher/realtime';
import type { TicketStore } from '@usher/ticket';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { EndProof, Endings } from '../auth/endings.ts';
import type { Sessions } from '../auth/sessions.ts';
import type { Seats } from './seats.ts';

export interface EndingsParts {
  readonly sessions: Sessions;
  readonly connections: Connections<RoomsProtocol>;
  readonly seats: Seats;
  readonly tickets: Pick<TicketStore, 'revokeSession'>;
  readonly bus: Bus;
  /** This node's name. */
  readonly node: string;
  /** The nodes that are alive. */
  readonly members: () => readonly string[] | Promise<readonly string[]>;
  readonly log: Logger;
  /** Told of sessions that were ended, for metrics. */
  readonly onEnded?: (sessions: number, cause: EndCause) => void;
  /** How long the other nodes may take, in milliseconds; 2,000 unless told. */
  readonly waitMs?: number;
}

const orderSchema = Type.Union([
  Type.Object({
    sessions: Type.Array(Type.String()),
    cause: Type.Enum([...endCauses]),
  }),
  Type.Object({ connection: Type.String() }),
]);
type Order = Static<typeof orderSchema>;
const order = Compile(orderSchema);

export function createEndings(parts: EndingsParts): Endings {
  const { sessions, connections, seats, tickets, bus, node, members, log } = parts;

  /** What this node does. Returns how many sockets it closed. */
  async function act(ordered: Order): Promise<number> {
    if ('connection' in ordered) return connections.close({ id: ordered.connection }, 'closed_by_operator');
    let closed = 0;
    for (const session of ordered.sessions) closed += endHere(session, ordered.cause);
    await Promise.all(ordered.sessions.map(revokeTickets));
    return closed;
  }

  /** In this order nothing slips through: who has passed the gate sits nowhere, who sits is sent away. */
  function endHere(session: string, cause: EndCause): number {
    seats.revoke(session);
    return connections.close({ session }, 'session_ended', closeReasonOf(cause));
  }

  async function revokeTickets(session: string): Promise<void> {
    try {
      await tickets.revokeSession(session);
    } catch (error) {
      // They open nothing all the same: the gate looks at the session when they are redeemed.
      log.warn({ err: error }, 'the tickets of a session that is over could not be revoked');
    }
  }

  /** After the bus was away: which of those who sit here should not any more. */
  async function lookAgain(): Promise<void> {
    const sitting = new Map(connections.list().map(({ identity: { session, user } }) => [session, user]));
    for (const [session, user] of sitting) {
      try {
        const standing = await sessions.look(session, user);
        if (standing.state === 'user_disabled') endHere(session, 'user_disabled');
        else if (standing.state === 'session_ended') endHere(session, standing.cause ?? 'signed_out');
      } catch (error) {
        log.error({ err: error }, 'a session could not be looked up again');
      }
    }
  }

  const survey = createSurvey<Order, number>({
    bus,
    topic: 'endings',
    node,
    members,
    answer: act,
    isQuestion: (value): value is Order => order.Check(value),
    isAnswer: (value): value is number => Number.isSafeInteger(value) && Number(value) >= 0,
    missed: () => void lookAgain(),
    log,
    ...(parts.waitMs === undefined ? {} : { waitMs: parts.waitMs }),
  });

  return {
    async sessions(ended, cause) {
      await sessions.end(ended, cause);
      parts.onEnded?.(ended.length, cause);
      return proofOf(await survey.ask({ sessions: [...ended], cause }));
    },
    connection: async (id) => proofOf(await survey.ask({ connection: id })),
    stop() {
      survey.stop();
    },
  };
}

function proofOf({ answers, complete }: Gathered<number>): EndProof {
  const nodes = answers.map(({ node, answer, ms }) => ({ node, closed: answer, ms }));
  return { closed: nodes.reduce((sum, { closed }) => sum + closed, 0), nodes, complete };
}
