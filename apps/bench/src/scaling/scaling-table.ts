import { measured, ratio, table } from '../report/markdown.ts';
import { coresOf } from './demand.ts';
import type { ClusterSource, CostSource } from './model.ts';
import type { Case, Plan, ScalingReport } from './plan.ts';

/** Renders the tables of `docs/scaling.md`. */
export function scalingTables(report: ScalingReport): string {
  return [
    '### Measured',
    measuredTable(report),
    '### Assumed',
    assumedTable(report),
    '### Limits of one node',
    oneNodeTable(report),
    '### Limits of the design',
    breaksTable(report),
    '### Plans',
    casesTable(report.cases),
    '### Reconnect of all clients',
    stormTable(report),
  ].join('\n\n');
}

function measuredTable({ measured: costs, assumed }: ScalingReport): string {
  const ofSeveralNodes = Object.values(assumed).flatMap(
    ({ what, value, measurement }): [string, string, ClusterSource][] =>
      measurement === undefined ? [] : [[what, integer(value), measurement]],
  );
  const rows: [string, string, CostSource | ClusterSource][] = [
    ['connect, ticket included', `${measured(costs.connectMicros)} µs`, 'connect'],
    ['reconnect, with a join', `${measured(costs.reconnectMicros)} µs`, 'crowd'],
    ['heartbeat and its reply', `${measured(costs.heartbeatMicros)} µs`, 'heartbeats'],
    ['delivery of a message to one member', `${measured(costs.deliveryMicros)} µs`, 'fan-out-one'],
    ['durable send, without deliveries', `${measured(costs.sendMicros)} µs`, 'durable-sends'],
    ['durable sends per second, one disk', measured(costs.sendsPerSecond), 'durable-sends'],
    ['memory per idle member', `${measured(costs.connectionBytes / 1e3)} kB`, 'memory'],
    ['memory of the server without connections', `${measured(costs.residentBytes / 1e6)} MB`, 'memory'],
    ['concurrent connections, the maximum measured', integer(costs.maxConnections), 'connections-flat'],
  ];
  return table(
    ['', 'CPU time or size', '`npm run bench -- --only …`'],
    [...rows, ...ofSeveralNodes].map(([what, value, source]) => [what, value, `\`${source}\``]),
  );
}

function assumedTable({ assumed, workloads }: ScalingReport): string {
  const rows = Object.values(assumed)
    .filter(({ measurement }) => measurement === undefined)
    .map(({ value, what, from }) => [what, integer(value), from]);
  const titles = workloads.map(({ title }) => `- ${title}`).join('\n');
  return [table(['', 'value', 'source'], rows), 'The workloads are assumed as well:', titles].join('\n\n');
}

function oneNodeTable({ oneNode }: ScalingReport): string {
  const rows = oneNode.map(({ workload, limits }) => [
    workload,
    ...limits.map(({ limit, connections }) => `${count(connections)}: ${limit}`),
  ]);
  return table(['connections', 'first limit', 'second', 'third'], rows);
}

function breaksTable({ breaks }: ScalingReport): string {
  const rows = breaks.map(({ workload, at }) => [
    workload,
    at === undefined ? 'more than a billion' : count(at.connections),
    at === undefined ? '–' : `${at.limit}: ${at.cause}`,
  ]);
  return table(['workload', 'connections', 'limit that more nodes do not lift'], rows);
}

function casesTable(cases: readonly Case[]): string {
  const row = (title: string, show: (plan: Plan) => string, blocked = '–'): string[] => [
    title,
    ...cases.map(({ plan }) => ('nodes' in plan ? show(plan) : blocked)),
  ];
  const reasons = cases.map(({ plan }) => ('nodes' in plan ? plan.because : `${plan.limit}: ${plan.cause}`));
  const uses = [
    'heartbeats',
    'sends',
    'deliveries',
    'unread',
    'presence',
    'reconnects',
    'room messages',
    'user events',
  ] as const;
  return table(
    ['', ...cases.map(({ workload, connections }) => `${workload}, ${count(connections)}`)],
    [
      row('nodes', ({ nodes }) => integer(nodes), 'no plan'),
      ['limit', ...reasons],
      row('cores used per node', ({ demand }) => ratio(coresOf(demand))),
      ...uses.map((use) => row(`… for ${use}`, ({ demand }) => ratio(demand.cores[use]))),
      row('memory per node, GB', ({ demand }) => ratio(demand.bytes / 1e9)),
      row('subscriptions per node', ({ demand }) => integer(demand.subscriptions)),
      row('one message occupies a node for, ms', ({ demand }) => measured(demand.turnMs)),
      row('Redis operations/s', ({ demand }) => count(demand.redisPerSecond)),
      row('… of the busiest topic', ({ demand: { busiestTopic } }) => {
        return `${count(busiestTopic.perSecond)}, ${busiestTopic.name}`;
      }),
      row('Redis shards', ({ redisShards }) => integer(redisShards)),
      row('durable rows/s', ({ demand }) => count(demand.rowsPerSecond)),
      row('PostgreSQL primaries', ({ primaries }) => integer(primaries)),
      row('unread counts/s', ({ demand }) => count(demand.countsPerSecond)),
    ],
  );
}

function stormTable({ storms, measured: costs, assumed }: ScalingReport): string {
  const rows = storms.map((storm) => [
    integer(storm.connections),
    `${storm.lastSeconds.toFixed(0)} s`,
    ratio(storm.ticketCalls / storm.connections),
    integer(storm.maxTicketCalls),
    integer(storm.maxConnects),
    ratio((storm.maxConnects * costs.reconnectMicros) / 1e6),
    `${(storm.beyondGrace * 100).toFixed(0)} %`,
  ]);
  const head = [
    'clients of one node',
    'last connect after',
    'ticket calls per client',
    'ticket calls, busiest second',
    'connects, busiest second',
    'cores in that second',
    'after the grace period',
  ];
  const members = assumed.maxPresent.value;
  const updates = 2 * members * (members - 1);
  return [
    table(head, rows),
    `A client that connects after the grace period causes two presence updates for every other member: offline and online. In a room of ${integer(members)}, the ` +
      `largest with presence updates, these are at most ${measured(updates / 1e6)} million deliveries and ${measured((updates * costs.deliveryMicros) / 1e6)} s of CPU time.`,
  ].join('\n\n');
}

function integer(value: number): string {
  return value < 1 && value > 0 ? String(value) : Math.round(value).toLocaleString('en-US');
}

/** Formats a count with three significant digits, in millions if it is that large. */
function count(value: number): string {
  if (value >= 999_500) return `${measured(value / 1e6)} M`;
  return value < 1_000 ? integer(value) : measured(value);
}
