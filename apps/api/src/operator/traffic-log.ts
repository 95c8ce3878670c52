import type { Refusal } from '@usher/operator-api';
import type { ConnectionLog } from './connection-log.ts';
import type { RefusalLog } from './refusal-log.ts';
import { StringPool } from './string-pool.ts';
import type { TicketLog } from './ticket-log.ts';

/** Counts since the start of this node. */
export interface TrafficCounts {
  connects: number;
  messages: number;
  deliveries: number;
}

/** The client of a rejected request. */
export interface RefusedClient {
  readonly address?: string | undefined;
  readonly origin?: string | undefined;
  readonly userAgent?: string | undefined;
}

/** What this node records about its traffic, for operators. All of it is in memory and bounded. */
export class TrafficLog {
  readonly counts: TrafficCounts = { connects: 0, messages: 0, deliveries: 0 };
  readonly refusals: RefusalLog;
  readonly tickets: TicketLog;
  readonly connections: ConnectionLog;
  /** Shared by the identities of all connections, so that each user agent is kept once. */
  readonly texts = new StringPool();

  constructor(parts: Pick<TrafficLog, 'refusals' | 'tickets' | 'connections'>) {
    this.refusals = parts.refusals;
    this.tickets = parts.tickets;
    this.connections = parts.connections;
  }

  /** Records a rejected request. @param reason defaults to the code */
  refused(
    kind: Refusal['kind'],
    code: string,
    client: RefusedClient,
    known: {
      readonly reason?: string | undefined;
      readonly user?: string | undefined;
      readonly receipt?: string | undefined;
    },
  ): void {
    const { address, origin, userAgent } = client;
    const { reason = code, user, receipt } = known;
    this.refusals.add({ kind, code, reason, user, address, origin, userAgent, receipt });
  }
}
