import type { Connection } from '@usher/realtime';
import type { NodeMonitor } from './node-monitor.ts';
import type { CommandOf, NodeReport, ResultOf, TrafficCommand, TrafficResult } from './traffic-commands.ts';
import type { TrafficLog } from './traffic-log.ts';

export interface NodeTrafficParts {
  readonly node: string;
  readonly traffic: TrafficLog;
  readonly monitor: NodeMonitor;
  /** The connections of this node that have joined a room. */
  readonly connectionsIn: (room: string) => readonly Connection[];
  /** Starts to drain this node. Returns the number of open connections. */
  readonly drain: () => number;
  /** Unix milliseconds. Defaults to `Date.now`. */
  readonly now?: () => number;
}

/** The refusals of the last five minutes are summarized. */
const summarizedMs = 5 * 60_000;
/** How long a receipt can be looked up, in milliseconds. */
const receiptMs = 86_400_000;
/** Several consoles share a summary of this age, in milliseconds. */
const summaryMs = 1_000;
const maxRefusalsOfReceipt = 40;

type Summary = Pick<NodeReport, 'users' | 'refusals'>;

/** Executes the commands of operators on the records of this node. */
export class NodeTraffic {
  readonly #parts: NodeTrafficParts;
  readonly #now: () => number;
  #summary: { readonly at: number; readonly value: Summary } | undefined;

  constructor(parts: NodeTrafficParts) {
    this.#parts = parts;
    this.#now = parts.now ?? Date.now;
  }

  execute(command: TrafficCommand): TrafficResult {
    const { traffic } = this.#parts;
    switch (command.type) {
      case 'refusals':
        return { type: 'refusals', page: mutable(traffic.refusals.page(command.filter, command.size, command.after)) };
      case 'refusal_groups':
        return { type: 'refusal_groups', ...traffic.refusals.groups({ ...command.query, limit: 200 }) };
      case 'receipt':
        return this.#receipt(command.receipt);
      case 'connections':
        return this.#connections(command);
      case 'connection': {
        const detail = traffic.connections.find(command.id);
        return detail === undefined ? { type: 'connection' } : { type: 'connection', detail };
      }
      case 'report': {
        const report = this.#readReport();
        return command.history ? { ...report, history: this.#parts.monitor.history() } : report;
      }
      case 'drain':
        return { type: 'drain', closed: command.node === this.#parts.node ? this.#parts.drain() : 0 };
    }
  }

  #receipt(receipt: string): ResultOf<'receipt'> {
    const { tickets, refusals, connections } = this.#parts.traffic;
    const issued = tickets.find(receipt);
    const connection = connections.findReceipt(receipt);
    const found = refusals.findReceipt(receipt, this.#now() - receiptMs);
    return {
      type: 'receipt',
      ...(issued === undefined ? {} : { issued: { at: issued.at, user: issued.user } }),
      refusals: found.slice(-maxRefusalsOfReceipt),
      ...(connection === undefined ? {} : { connection }),
    };
  }

  #connections({ filter, size, after }: CommandOf<'connections'>): ResultOf<'connections'> {
    const { traffic, connectionsIn } = this.#parts;
    const inRoom =
      filter.room === undefined || filter.state === 'closed' ? undefined : new Set(connectionsIn(filter.room));
    return { type: 'connections', page: mutable(traffic.connections.page(filter, size, after, inRoom)) };
  }

  #readReport(): NodeReport {
    return { type: 'report', node: this.#parts.monitor.read(), ...this.#sharedSummary() };
  }

  #sharedSummary(): Summary {
    const at = performance.now();
    if (this.#summary !== undefined && at - this.#summary.at < summaryMs) return this.#summary.value;
    const { connections, refusals } = this.#parts.traffic;
    const value = { users: connections.users, refusals: refusals.summarize(this.#now() - summarizedMs).slice(0, 200) };
    this.#summary = { at, value };
    return value;
  }
}

/** The schemas describe mutable arrays. */
function mutable<E>({ entries, total }: { readonly entries: readonly E[]; readonly total: number }): {
  entries: E[];
  total: number;
} {
  return { entries: [...entries], total };
}
