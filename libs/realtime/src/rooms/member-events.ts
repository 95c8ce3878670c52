import type { Bus } from '../bus/bus.ts';
import { ClusterCommands } from '../cluster/cluster-commands.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Connection } from '../connections/connection.ts';
import { Frame } from '../connections/frame.ts';
import { type Delivery, toDelivery, toEventText } from '../connections/targets.ts';
import type { Logger } from '../support/log.ts';

interface Command {
  readonly room: string;
  /** The serialized event. */
  readonly text: string;
}

export interface MemberEventsOptions {
  readonly bus: Bus;
  readonly cluster: Cluster;
  /** The connections of this node that receive the events of a room. */
  readonly receivers: (room: string) => Iterable<Connection>;
  readonly log: Logger;
}

export interface MemberEvents {
  /** See `Rooms.sendToMembers`. */
  send(room: string, type: string, data: object): Promise<Delivery>;
  stop(): void;
}

/** Sends events about a room to its members on all nodes. */
export function createMemberEvents({ bus, cluster, receivers, log }: MemberEventsOptions): MemberEvents {
  const commands = new ClusterCommands<Command, number>({
    bus,
    cluster,
    topic: 'member-events',
    // A node that is not live may have missed removals, and other nodes do not wait for it.
    execute: ({ room, text }) => {
      if (!cluster.isLive()) return 0;
      const frame = new Frame(text);
      let delivered = 0;
      for (const connection of receivers(room)) {
        connection.send(frame);
        delivered++;
      }
      return delivered;
    },
    isCommand,
    isResult: (value): value is number => Number.isSafeInteger(value) && Number(value) >= 0,
    log,
  });
  return {
    send: async (room, type, data) => toDelivery(await commands.send({ room, text: toEventText(type, data) })),
    stop() {
      commands.stop();
    },
  };
}

function isCommand(value: unknown): value is Command {
  if (typeof value !== 'object' || value === null) return false;
  const { room, text } = value as Record<string, unknown>;
  return typeof room === 'string' && typeof text === 'string';
}
