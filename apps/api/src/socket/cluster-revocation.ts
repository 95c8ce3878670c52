import type { EndCause, RoomsProtocol } from '@usher/protocol';
import { toCloseReason, endCauses } from '@usher/protocol/server';
import { type Bus, type Connections, createClusterRequests, type ClusterResponse, type Logger } from '@usher/realtime';
import type { TicketStore } from '@usher/ticket';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { RevocationProof, SessionRevocation } from '../auth/session-revocation.ts';
import type { Sessions } from '../auth/sessions.ts';
import type { ConnectionReservations } from './connection-reservations.ts';

export interface ClusterRevocationParts {
  readonly sessions: Sessions;
  readonly connections: Connections<RoomsProtocol>;
  readonly reservations: ConnectionReservations;
  readonly tickets: Pick<TicketStore, 'revokeSession'>;
  readonly bus: Bus;
  /** The name of this node. */
  readonly node: string;
  /** The nodes that are alive. */
  readonly members: () => readonly string[] | Promise<readonly string[]>;
  readonly log: Logger;
  /** Called with the number of revoked sessions, for metrics. */
  readonly onRevoked?: (sessions: number, cause: EndCause) => void;
  /** Milliseconds to wait for the other nodes. Defaults to 2,000. */
  readonly timeoutMs?: number;
}

const commandSchema = Type.Union([
  Type.Object({
    sessions: Type.Array(Type.String()),
    cause: Type.Enum([...endCauses]),
  }),
  Type.Object({ connection: Type.String() }),
]);
type Command = Static<typeof commandSchema>;
const command = Compile(commandSchema);

/** Session revocation over the bus: every node executes the command and reports how many sockets it closed. */
export function createClusterRevocation(parts: ClusterRevocationParts): SessionRevocation {
  const { sessions, connections, reservations, tickets, bus, node, members, log } = parts;

  /** Executes a command on this node. Returns the number of closed sockets. */
  async function execute(received: Command): Promise<number> {
    if ('connection' in received) return connections.close({ id: received.connection }, 'closed_by_operator');
    let closed = 0;
    for (const session of received.sessions) closed += revokeLocally(session, received.cause);
    await Promise.all(received.sessions.map(revokeTickets));
    return closed;
  }

  /** Reservations first: a handshake that already passed the gate cannot open its socket after the open sockets were closed. */
  function revokeLocally(session: string, cause: EndCause): number {
    reservations.revoke(session);
    return connections.close({ session }, 'session_ended', toCloseReason(cause));
  }

  async function revokeTickets(session: string): Promise<void> {
    try {
      await tickets.revokeSession(session);
    } catch (error) {
      // These tickets open no socket either way: the gate validates the session when it consumes a ticket.
      log.warn({ err: error }, 'the tickets of a revoked session could not be revoked');
    }
  }

  /** Validates the sessions of all open connections, after bus messages were missed. */
  async function revalidateSessions(): Promise<void> {
    const bySession = new Map(connections.list().map(({ identity: { session, user } }) => [session, user]));
    const connected = [...bySession].map(([session, user]) => ({ session, user }));
    try {
      const statuses = await sessions.validateMany(connected);
      for (const [position, { session }] of connected.entries()) {
        const status = statuses[position];
        if (status?.state === 'user_disabled') revokeLocally(session, 'user_disabled');
        else if (status?.state === 'session_ended') revokeLocally(session, status.cause ?? 'signed_out');
      }
    } catch (error) {
      log.error({ err: error }, 'the sessions of the open connections could not be validated again');
    }
  }

  const requests = createClusterRequests<Command, number>({
    bus,
    topic: 'endings',
    node,
    members,
    handle: execute,
    isRequest: (value): value is Command => command.Check(value),
    isResponse: (value): value is number => Number.isSafeInteger(value) && Number(value) >= 0,
    missed: () => void revalidateSessions(),
    log,
    ...(parts.timeoutMs === undefined ? {} : { timeoutMs: parts.timeoutMs }),
  });

  return {
    async revokeSessions(revoked, cause) {
      await sessions.end(revoked, cause);
      parts.onRevoked?.(revoked.length, cause);
      return proofOf(await requests.send({ sessions: [...revoked], cause }));
    },
    closeConnection: async (id) => proofOf(await requests.send({ connection: id })),
    stop() {
      requests.stop();
    },
  };
}

function proofOf({ responses, complete }: ClusterResponse<number>): RevocationProof {
  const nodes = responses.map(({ node, response, ms }) => ({ node, closed: response, ms }));
  return { closed: nodes.reduce((sum, { closed }) => sum + closed, 0), nodes, complete };
}
