import type { EndCause, Protocol } from '@usher/protocol';
import { endCauses, toCloseReason } from '@usher/protocol/server';
import type { Bus } from '../bus/bus.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { ClusterCommands, type ClusterResults } from '../cluster/cluster-commands.ts';
import type { Connection } from '../connections/connection.ts';
import type { Connections } from '../connections/connections-types.ts';
import type { ConnectionReservations } from '../connections/reservations.ts';
import { withDeadline } from '../support/deadline.ts';
import { type Logger, silent } from '../support/log.ts';

export interface SessionOfUser {
  readonly session: string;
  readonly user: string;
}

/** The durable sessions of the application. */
export interface RevocableSessions {
  /** Ends sessions durably. Sessions that have ended keep their cause. */
  end(sessions: readonly string[], cause: EndCause): Promise<void>;
  /**
   * Resolves to the end cause of each session, in the order of `pairs`. `undefined` stands for a valid session. Called with at most 1,000
   * pairs, after commands may have been lost.
   */
  causesOfEnd(pairs: readonly SessionOfUser[]): Promise<readonly (EndCause | undefined)[]>;
}

export interface SessionRevocationOptions {
  readonly sessions: RevocableSessions;
  readonly connections: Pick<Connections<Protocol>, 'close' | 'list'>;
  /** Handshakes in progress. Without it, `admit` of the gate must read the durable state of the session. */
  readonly reservations?: Pick<ConnectionReservations, 'invalidateAll' | 'revoke'>;
  /** The ticket store. */
  readonly tickets?: { revokeSession(session: string): Promise<unknown> };
  readonly cluster: Cluster;
  readonly bus: Bus;
  readonly log?: Logger;
  /** Called with the number of revoked sessions, for metrics. */
  readonly onRevoked?: (sessions: number, cause: EndCause) => void;
  /** Milliseconds to wait for all nodes, after the revocation is durable. Defaults to 2,000. */
  readonly timeoutMs?: number;
}

/** What every node did, and whether every live node has reported it. */
export interface RevocationProof {
  /** The number of closed sockets. */
  readonly closed: number;
  readonly nodes: { readonly node: string; readonly closed: number; readonly ms: number }[];
  readonly complete: boolean;
}

type Command = { readonly sessions: readonly string[]; readonly cause: EndCause } | { readonly connection: string };

/** How often a node that is not live validates its sessions, in milliseconds. */
const validateEveryMs = 1_000;

/** The maximum number of sessions in one command and in one call of `causesOfEnd`. */
const sessionsPerCommand = 1_000;
const revalidateAgainMs = 5_000;

/** Revokes sessions and closes connections on all nodes. */
export class SessionRevocation {
  readonly #options: SessionRevocationOptions;
  readonly #log: Logger;
  readonly #ticketMs: number;
  readonly #commands: ClusterCommands<Command, number>;
  #validating = false;
  #validateAgain = false;
  /** The validation that starts at the end of this turn, and its sessions with their users. */
  #nextValidation: { readonly sessions: Map<string, string>; readonly done: Promise<void> } | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #unconfirmed: NodeJS.Timeout;
  readonly #endOnLeaseLost: () => void;
  #stopped = false;

  constructor(options: SessionRevocationOptions) {
    const { bus, cluster, timeoutMs = 2_000, log = silent } = options;
    this.#options = options;
    this.#log = log;
    // A node whose ticket store does not respond still reports in time which sockets it closed.
    this.#ticketMs = timeoutMs / 2;
    this.#commands = new ClusterCommands<Command, number>({
      bus,
      cluster,
      topic: 'revocation',
      execute: (command) => this.#execute(command),
      isCommand,
      isResult: (value): value is number => Number.isSafeInteger(value) && Number(value) >= 0,
      missed: () => void this.#revalidate(),
      log,
      timeoutMs,
    });
    this.#endOnLeaseLost = cluster.onLeaseLost(() => void this.#revalidate());
    // The other nodes do not wait for a node that is not live, so it has to detect the end of a session on its own.
    this.#unconfirmed = setInterval(() => {
      if (!cluster.isLive()) void this.#revalidate();
    }, validateEveryMs).unref();
  }

  /**
   * Revokes sessions. The revocation is durable before any node acts on it. Every node then revokes the reservations and tickets of
   * the sessions and closes their sockets. When the promise resolves, no node in the proof serves these sessions any longer. A node
   * that did not respond validates its sessions itself when it is back.
   *
   * Rejects only if the revocation may not be durable.
   */
  async revokeSessions(sessions: readonly string[], cause: EndCause): Promise<RevocationProof> {
    await withDeadline('sessions.end', () => this.#options.sessions.end(sessions, cause), endTimeoutMs);
    this.#options.onRevoked?.(sessions.length, cause);
    const proofs: RevocationProof[] = [];
    for (let from = 0; from === 0 || from < sessions.length; from += sessionsPerCommand) {
      const part = sessions.slice(from, from + sessionsPerCommand);
      proofs.push(proofOf(await this.#commands.send({ sessions: part, cause })));
    }
    return proofs.reduce(sum);
  }

  /** Closes one connection on any node. Its session stays valid. */
  async closeConnection(id: string): Promise<RevocationProof> {
    return proofOf(await this.#commands.send({ connection: id }));
  }

  /**
   * Validates the sessions of connections and closes the connections of those that have ended. Calls of one turn share a validation, because
   * several parts of the application call it after a gap. Rejects if the sessions cannot be determined; then none of the remaining
   * connections may be relied on.
   */
  validate(connections: readonly Pick<Connection, 'identity'>[]): Promise<void> {
    const sessions = this.#nextValidation?.sessions ?? new Map<string, string>();
    for (const { identity } of connections) sessions.set(identity.session, identity.user);
    this.#nextValidation ??= {
      sessions,
      done: Promise.resolve().then(() => {
        this.#nextValidation = undefined;
        return this.#validate([...sessions].map(([session, user]) => ({ session, user })));
      }),
    };
    return this.#nextValidation.done;
  }

  /** Stops sending and executing commands, at the end of the process. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearInterval(this.#unconfirmed);
    this.#endOnLeaseLost();
    this.#commands.stop();
  }

  /** Executes a command on this node. Resolves to the number of closed sockets. */
  async #execute(command: Command): Promise<number> {
    if ('connection' in command) {
      return this.#options.connections.close({ id: command.connection }, 'closed_by_operator');
    }
    let closed = 0;
    for (const session of command.sessions) closed += this.#revokeLocally(session, command.cause);
    await this.#revokeTickets(command.sessions);
    return closed;
  }

  /** Reservations first: a handshake that already passed the gate cannot open its socket after the open sockets were closed. */
  #revokeLocally(session: string, cause: EndCause): number {
    const { connections, reservations } = this.#options;
    reservations?.revoke(session);
    return connections.close({ session }, 'session_ended', toCloseReason(cause));
  }

  async #revokeTickets(sessions: readonly string[]): Promise<void> {
    const { tickets } = this.#options;
    if (tickets === undefined) return;
    try {
      const revoke = (): Promise<unknown> => Promise.all(sessions.map((session) => tickets.revokeSession(session)));
      await withDeadline('tickets.revokeSession', revoke, this.#ticketMs);
    } catch (error) {
      // These tickets open no socket either way: the gate validates the session when it consumes a ticket.
      this.#log.warn({ err: error }, 'the tickets of a revoked session could not be revoked');
    }
  }

  /** Validates the sessions of all open connections, after commands may have been lost. Repeats it for those that fail. */
  async #revalidate(): Promise<void> {
    // Their sessions were validated before the commands that this node may have missed.
    this.#options.reservations?.invalidateAll();
    this.#validateAgain = true;
    if (this.#validating) return;
    this.#validating = true;
    let failed = false;
    while (this.#shouldValidate()) {
      this.#validateAgain = false;
      try {
        await this.validate(this.#options.connections.list());
        failed = false;
      } catch (error) {
        failed = true;
        this.#log.error({ err: error }, 'the sessions of the open connections could not be validated again');
      }
    }
    this.#validating = false;
    if (!failed || this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#revalidate(), revalidateAgainMs).unref();
  }

  #shouldValidate(): boolean {
    return this.#validateAgain && !this.#stopped;
  }

  /** Validates sessions in batches, up to the first one that fails. */
  async #validate(connected: readonly SessionOfUser[]): Promise<void> {
    const { sessions } = this.#options;
    for (let from = 0; from < connected.length; from += sessionsPerCommand) {
      const batch = connected.slice(from, from + sessionsPerCommand);
      const causes = await withDeadline('sessions.causesOfEnd', () => sessions.causesOfEnd(batch));
      for (const [position, { session }] of batch.entries()) {
        const cause = causes[position];
        if (cause !== undefined) this.#revokeLocally(session, cause);
      }
    }
  }
}

/** How long the durable end of sessions may take, in milliseconds. */
const endTimeoutMs = 5_000;

function isCommand(value: unknown): value is Command {
  if (typeof value !== 'object' || value === null) return false;
  if ('connection' in value) return typeof value.connection === 'string';
  if (!('sessions' in value) || !('cause' in value) || !Array.isArray(value.sessions)) return false;
  const { sessions, cause } = value;
  return (
    sessions.length <= sessionsPerCommand &&
    sessions.every((session) => typeof session === 'string') &&
    endCauses.some((known) => known === cause)
  );
}

function proofOf({ results, complete }: ClusterResults<number>): RevocationProof {
  const nodes = results.map(({ node, result, ms }) => ({ node, closed: result, ms }));
  return { closed: nodes.reduce((total, { closed }) => total + closed, 0), nodes, complete };
}

/** Adds up the proofs of two commands by node. */
function sum(one: RevocationProof, other: RevocationProof): RevocationProof {
  const byNode = new Map(one.nodes.map((each) => [each.node, each]));
  for (const { node, closed, ms } of other.nodes) {
    const known = byNode.get(node) ?? { closed: 0, ms: 0 };
    byNode.set(node, { node, closed: known.closed + closed, ms: known.ms + ms });
  }
  return { closed: one.closed + other.closed, nodes: [...byNode.values()], complete: one.complete && other.complete };
}
