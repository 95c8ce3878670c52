import type { Bus } from '../bus/bus.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { ClusterCommands } from '../cluster/cluster-commands.ts';
import type { Logger } from '../support/log.ts';
import type { ClosedRoom, Removed } from './room-types.ts';

interface Command {
  readonly room: string;
  /** Absent: all users. */
  readonly user?: string;
  readonly code: string;
}

export interface RemovalOptions {
  readonly bus: Bus;
  readonly cluster: Cluster;
  /** Removes a user, or all users, from a room on this node. Returns the number of their connections that had joined. */
  readonly evict: (room: string, user: string | undefined, code: string) => number;
  /** Removals of other nodes may have been lost. */
  readonly missed: () => void;
  readonly log: Logger;
}

export interface Removal {
  /** Removes a user from a room on all nodes. The effects on this node are complete when it returns. */
  remove(room: string, user: string, code: string): Promise<Removed>;
  /** Removes all users from a room on all nodes. The effects on this node are complete when it returns. */
  removeAll(room: string, code: string): Promise<ClosedRoom>;
  stop(): void;
}

/** Removes users from rooms on all nodes, each of which confirms it. */
export function createRemoval({ bus, cluster, evict, missed, log }: RemovalOptions): Removal {
  const commands = new ClusterCommands<Command, number>({
    bus,
    cluster,
    topic: 'removal',
    execute: ({ room, user, code }) => evict(room, user, code),
    isCommand,
    isResult: (value): value is number => Number.isSafeInteger(value) && Number(value) >= 0,
    missed,
    log,
  });
  return {
    async remove(room, user, code) {
      const { results, complete } = await commands.send({ room, user, code });
      return { connections: results.reduce((total, { result }) => total + result, 0), complete };
    },
    async removeAll(room, code) {
      const { results, complete } = await commands.send({ room, code });
      const nodes = results.map(({ node, result, ms }) => ({ node, closed: result, ms }));
      return { closed: nodes.reduce((total, { closed }) => total + closed, 0), nodes, complete };
    },
    stop() {
      commands.stop();
    },
  };
}

function isCommand(value: unknown): value is Command {
  if (typeof value !== 'object' || value === null) return false;
  const { room, user, code } = value as Record<string, unknown>;
  return [room, user ?? '', code].every((field) => typeof field === 'string');
}
