import type { Proof, RoomsProtocol } from '@usher/protocol';
import {
  type Bus,
  type Cluster,
  ClusterCommands,
  type ClusterResults,
  type Connections,
  type Logger,
} from '@usher/realtime';
import type { ConnectionReservations, RevocationProof } from '@usher/realtime';

type Command =
  | { readonly kind: 'roles_changed'; readonly user: string }
  | { readonly kind: 'count'; readonly users: readonly string[] };

export interface UserCommandsOptions {
  readonly connections: Connections<RoomsProtocol>;
  /** Returns the number of open connections of a user on this node, of any protocol. */
  readonly count: (user: string) => number;
  /** Closes the sockets of operators that have lost the role, on this node. */
  readonly validateOperators: () => void;
  readonly reservations: Pick<ConnectionReservations, 'invalidateAll'>;
  readonly bus: Bus;
  readonly cluster: Cluster;
  readonly log: Logger;
}

/** Users of one `count`. */
const countedUsers = 200;

/** Acts on all connections of users, on all nodes. */
export class UserCommands {
  readonly #options: UserCommandsOptions;
  readonly #commands: ClusterCommands<Command, readonly number[]>;

  constructor(options: UserCommandsOptions) {
    const { bus, cluster, log } = options;
    this.#options = options;
    this.#commands = new ClusterCommands<Command, readonly number[]>({
      bus,
      cluster,
      topic: 'users',
      execute: (command) => this.#execute(command),
      isCommand,
      isResult: (value): value is readonly number[] => isList(value, countedUsers, Number.isSafeInteger),
      log,
    });
  }

  /**
   * Closes the connections of a user with 4001 after the roles were changed, so that they are opened again with the new roles. Handshakes in
   * progress fail and are repeated by the clients. A node that misses the command compares the roles when it validates its sessions.
   */
  async rolesChanged(user: string): Promise<RevocationProof> {
    const { results, complete } = await this.#commands.send({ kind: 'roles_changed', user });
    return { ...proofOf(results), complete };
  }

  /** Resolves to the number of open connections of each user, on the nodes that replied. */
  async count(users: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const counted = users.slice(0, countedUsers);
    const { results } = await this.#commands.send({ kind: 'count', users: counted });
    return new Map(
      counted.map((user, index) => [user, results.reduce((total, { result }) => total + (result[index] ?? 0), 0)]),
    );
  }

  stop(): void {
    this.#commands.stop();
  }

  #execute(command: Command): readonly number[] {
    const { connections, reservations, count, validateOperators } = this.#options;
    switch (command.kind) {
      case 'roles_changed':
        // Their sessions may have been validated with the old roles.
        reservations.invalidateAll();
        validateOperators();
        return [connections.close({ user: command.user }, 'lease_expired', rolesChangedReason)];
      case 'count':
        return command.users.map(count);
    }
  }
}

/** The reason of the close frame when the roles of a user have changed. */
export const rolesChangedReason = 'lease expired: roles changed';

function proofOf(results: ClusterResults<readonly number[]>['results']): Proof {
  const nodes = results.map(({ node, result: [closed = 0], ms }) => ({ node, closed, ms }));
  return { closed: nodes.reduce((total, { closed }) => total + closed, 0), nodes };
}

function isList(value: unknown, maxLength: number, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length <= maxLength && value.every(isItem);
}

function isCommand(value: unknown): value is Command {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, user, users } = value as Record<string, unknown>;
  if (kind === 'count') return isList(users, countedUsers, (each) => typeof each === 'string');
  return kind === 'roles_changed' && typeof user === 'string';
}
