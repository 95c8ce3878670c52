import type {
  ConnectionDetail,
  ConnectionList,
  ConnectionsQuery,
  Nodes,
  Overview,
  OverviewQuery,
  ReceiptReport,
  RefusalGroups,
  RefusalGroupsQuery,
  Refusals,
  RefusalsQuery,
  Step,
} from '@usher/operator-api';
import { type Bus, type Cluster, ClusterCommands, type Logger, type RevocationProof } from '@usher/realtime';
import { parseReceipt } from '@usher/ticket';
import { HttpProblem } from '../http/http-problem.ts';
import { boundedSteps } from './connection-steps.ts';
import { findingsOf } from './findings.ts';
import { decodeCursor, mergePages } from './paging.ts';
import { mergeHistories } from './rates.ts';
import { largestGroups } from './refusal-log.ts';
import { SummaryBuilder } from './refusal-summary.ts';
import {
  type CommandOf,
  isTrafficCommand,
  isTrafficResult,
  type NodeReport,
  type ResultOf,
  type TrafficCommand,
  type TrafficResult,
  type TrafficType,
} from './traffic-commands.ts';

export interface OperatorTrafficOptions {
  readonly bus: Bus;
  readonly cluster: Cluster;
  /** Executes a command on the records of this node. */
  readonly execute: (command: TrafficCommand) => TrafficResult;
  readonly log: Logger;
  /** How long to wait for other nodes, in milliseconds. Defaults to 1,500. */
  readonly timeoutMs?: number;
}

/**
 * The cost of queries, in points of the call budget and in units of a socket's budget. A receipt is expensive, because guessing receipts must
 * be hopeless: with 30 random bits and 5 attempts a second, a guess among 20,000 receipts succeeds about once in 3 hours.
 */
export const queryCosts = { query: 2, accounts: 5, receipt: 10 } as const;

const defaultLimit = 50;

interface NodeResults<T> {
  readonly results: readonly { readonly node: string; readonly result: T; readonly ms: number }[];
  /** Live nodes that did not respond. */
  readonly missing: string[];
}

/** The traffic of all nodes for operators. Each query asks all nodes for at most one page and merges their results. */
export class OperatorTraffic {
  readonly #commands: ClusterCommands<TrafficCommand, TrafficResult>;
  /** The nodes of the last complete result, to name those that are missing while the live nodes are unknown. */
  #known: readonly string[] = [];

  constructor({ bus, cluster, execute, log, timeoutMs = 1_500 }: OperatorTrafficOptions) {
    this.#commands = new ClusterCommands({
      bus,
      cluster,
      topic: 'traffic',
      execute,
      isCommand: isTrafficCommand,
      isResult: isTrafficResult,
      timeoutMs,
      log,
    });
  }

  /** @throws HttpProblem 400 `bad_request` for an invalid cursor. */
  async refusals({ cursor, limit = defaultLimit, ...filter }: RefusalsQuery): Promise<Refusals> {
    const { results, missing } = await this.#ask({ type: 'refusals', filter, size: limit + 1, ...afterOf(cursor) });
    const { values, ...page } = mergePages(
      results.map(({ result }) => result.page),
      limit,
    );
    return { refusals: values, ...page, missing };
  }

  /** Each node contributes its 200 largest groups. */
  async refusalGroups({ limit = defaultLimit, ...query }: RefusalGroupsQuery): Promise<RefusalGroups> {
    const { results, missing } = await this.#ask({ type: 'refusal_groups', query });
    const groups = new Map<string | undefined, { count: number; lastAt: number }>();
    for (const { value, count, lastAt } of results.flatMap(({ result }) => result.groups)) {
      const group = groups.get(value);
      groups.set(value, { count: count + (group?.count ?? 0), lastAt: Math.max(lastAt, group?.lastAt ?? 0) });
    }
    const total = results.reduce((sum, { result }) => sum + result.total, 0);
    return { groups: largestGroups(groups, limit), total, missing };
  }

  /** @throws HttpProblem 400 `bad_request` if it is not a receipt; 404 `not_found` if no node knows it. */
  async receipt(query: { readonly receipt: string }): Promise<ReceiptReport> {
    const receipt = parseReceipt(query.receipt);
    if (receipt === undefined) throw new HttpProblem('bad_request', { detail: 'receipt: must be like K7Q-2MF' });
    const { results, missing } = await this.#ask({ type: 'receipt', receipt });
    const reports = results.map(({ result }) => result);
    const issued = reports.find((report) => report.issued !== undefined)?.issued;
    const detail = reports.find((report) => report.connection !== undefined)?.connection;
    const refusals = reports.flatMap((report) => report.refusals).sort((one, other) => one.at - other.at);
    const refusal = refusals.at(-1);
    if (issued === undefined && detail === undefined && refusal === undefined && missing.length === 0)
      throw new HttpProblem('not_found');
    const user = detail?.connection.user ?? issued?.user ?? refusal?.user;
    const steps: Step[] = [
      ...(issued === undefined ? [] : [{ at: issued.at, step: 'ticket_issued' as const }]),
      ...refusals.map(toStep),
      ...(detail?.steps ?? []),
    ];
    return {
      receipt,
      ...(user === undefined ? {} : { user }),
      ...(refusal === undefined ? {} : { refusal }),
      ...(detail === undefined ? {} : { connection: detail.connection }),
      steps: boundedSteps(steps),
      missing,
    };
  }

  /** @throws HttpProblem 400 `bad_request` for an invalid cursor. */
  async connections({ cursor, limit = defaultLimit, ...filter }: ConnectionsQuery): Promise<ConnectionList> {
    const { results, missing } = await this.#ask({ type: 'connections', filter, size: limit + 1, ...afterOf(cursor) });
    const { values, ...page } = mergePages(
      results.map(({ result }) => result.page),
      limit,
    );
    return { connections: values, ...page, missing };
  }

  /**
   * Returns one connection, with the ticket call that led to it.
   *
   * @throws HttpProblem 404 `not_found` if no node knows it; 503 `store_unavailable` if a node that did not respond may know it.
   */
  async connection(id: string): Promise<ConnectionDetail> {
    const { results, missing } = await this.#ask({ type: 'connection', id });
    const detail = results.find(({ result }) => result.detail !== undefined)?.result.detail;
    if (detail === undefined) {
      if (missing.length === 0) throw new HttpProblem('not_found');
      throw new HttpProblem('store_unavailable', { retryAfterMs: 1_000, extension: { missing } });
    }
    const { receipt } = detail.connection;
    if (receipt === undefined) return detail;
    const lookup = await this.#ask({ type: 'receipt', receipt });
    const issued = lookup.results.find(({ result }) => result.issued !== undefined)?.result.issued;
    if (issued === undefined) return detail;
    return { ...detail, steps: boundedSteps([{ at: issued.at, step: 'ticket_issued' }, ...detail.steps]) };
  }

  async nodes(): Promise<Nodes> {
    const { results, missing } = await this.#ask({ type: 'report', history: false });
    return { nodes: results.map(({ result }) => result.node).sort(byStart), missing };
  }

  /** @throws HttpProblem 404 `not_found` for an unknown node. */
  async overview({ node, history = false }: OverviewQuery): Promise<Overview> {
    const { results, missing } = await this.#ask({ type: 'report', history });
    const reports = results.map(({ result }) => result);
    const shown = reports.filter((report) => node === undefined || report.node.node === node);
    if (shown.length === 0 && !missing.includes(node ?? '')) throw new HttpProblem('not_found');
    const summaries = mergeSummaries(shown);
    const at = Date.now();
    const nodes = reports.map((report) => report.node).sort(byStart);
    const histories = shown.map((report) => report.history).filter((each) => each !== undefined);
    return {
      at,
      ...totalsOf(shown),
      refusalsByReason: countByReason(summaries),
      findings: findingsOf({ nodes, missing, refusals: mergeSummaries(reports) }),
      nodes,
      ...(history ? { history: mergeHistories(histories, at) } : {}),
      missing,
    };
  }

  /** @throws HttpProblem 404 `not_found` for an unknown node; 400 `bad_request` for the only one that accepts clients. */
  async requireAnotherNode(node: string): Promise<void> {
    const { nodes, missing } = await this.nodes();
    if (!nodes.some((known) => known.node === node) && !missing.includes(node)) throw new HttpProblem('not_found');
    if (!nodes.some((other) => other.node !== node && !other.draining))
      throw new HttpProblem('bad_request', { detail: 'params/node: must not be the only node that accepts clients' });
  }

  /**
   * Starts to drain a node: it rejects new clients and closes its connections, spread over time. The proof contains how many connections it
   * had. Resolves before they are closed.
   */
  async drain(node: string): Promise<RevocationProof> {
    const { results } = await this.#ask({ type: 'drain', node });
    const drained = results.find((each) => each.node === node);
    const closed = drained?.result.closed ?? 0;
    return {
      closed,
      nodes: drained === undefined ? [] : [{ node, closed, ms: drained.ms }],
      complete: drained !== undefined,
    };
  }

  /** Stops sending and executing commands. */
  stop(): void {
    this.#commands.stop();
  }

  async #ask<T extends TrafficType>(command: CommandOf<T> & { readonly type: T }): Promise<NodeResults<ResultOf<T>>> {
    const { results, complete, missing } = await this.#commands.send(command);
    if (complete) this.#known = results.map(({ node }) => node);
    const responding = new Set(results.map(({ node }) => node));
    const silent = missing.length > 0 ? missing : this.#known.filter((node) => !responding.has(node));
    const isExpected = (each: (typeof results)[number]): each is typeof each & { readonly result: ResultOf<T> } =>
      each.result.type === command.type;
    return { results: results.filter(isExpected), missing: complete ? [] : [...silent] };
  }
}

function afterOf(cursor: string | undefined): { after?: ReturnType<typeof decodeCursor> } {
  return cursor === undefined ? {} : { after: decodeCursor(cursor) };
}

function toStep({ at, kind, code, reason }: Refusals['refusals'][number]): Step {
  return { at, step: `${kind}_refused`, code, reason };
}

function byStart(one: NodeReport['node'], other: NodeReport['node']): number {
  return one.startedAt - other.startedAt || one.node.localeCompare(other.node);
}

type Totals = Pick<Overview, 'connections' | 'connects' | 'refusals' | 'messages' | 'deliveries' | 'users'>;

function totalsOf(reports: readonly NodeReport[]): Totals {
  const sum = (valueOf: (report: NodeReport) => number): number =>
    Math.round(reports.reduce((total, report) => total + valueOf(report), 0) * 100) / 100;
  return {
    connections: sum(({ node }) => node.connections),
    connects: sum(({ node }) => node.connects),
    refusals: sum(({ node }) => node.refusals),
    messages: sum(({ node }) => node.messages),
    deliveries: sum(({ node }) => node.deliveries),
    users: sum(({ users }) => users),
  };
}

function mergeSummaries(reports: readonly NodeReport[]): NodeReport['refusals'] {
  const merged = new SummaryBuilder();
  for (const summary of reports.flatMap(({ refusals }) => refusals)) merged.merge(summary);
  return merged.build();
}

function countByReason(summaries: NodeReport['refusals']): Overview['refusalsByReason'] {
  const counts = new Map<string, number>();
  for (const { reason, count } of summaries) counts.set(reason, (counts.get(reason) ?? 0) + count);
  return [...counts].map(([reason, count]) => ({ reason, count })).sort((one, other) => other.count - one.count);
}
