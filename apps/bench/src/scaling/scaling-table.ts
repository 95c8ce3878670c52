import { measured, ratio, table } from '../report/markdown.ts';
import { coresOf, type CoreUse } from './demand.ts';
import type { costSources } from './model.ts';
import type { Case, Plan, ScalingReport } from './plan.ts';

/** Everything that the simulation says, in Markdown, for the place in docs/scaling.md. */
export function scalingTables(report: ScalingReport): string {
  const parts = [
    '### Measured',
    measuredTable(report),
    '### Assumed',
    assumedTable(report),
    '### What one node holds',
    oneNodeTable(report),
    '### Where it breaks',
    breaksTable(report),
    '### What many need',
    casesTable(report.cases),
    '### When everybody comes back',
    stormTable(report),
  ];
  return parts.join('\n\n');
}

function measuredTable({ measured: costs }: ScalingReport): string {
  const rows: [string, string, (typeof costSources)[number]][] = [
    ['a connect, ticket included', `${measured(costs.connectMicros)} µs`, 'connect'],
    ['somebody comes back into a room', `${measured(costs.returnMicros)} µs`, 'crowd'],
    ['a heartbeat and its answer', `${measured(costs.heartbeatMicros)} µs`, 'heartbeats'],
    ['a message to one member', `${measured(costs.deliveryMicros)} µs`, 'fan-out-one'],
    ['a durable send, without its deliveries', `${measured(costs.sendMicros)} µs`, 'durable-sends'],
    ['durable sends a second, one disk', measured(costs.sendsPerSecond), 'durable-sends'],
    ['memory of a silent member', `${measured(costs.connectionBytes / 1e3)} kB`, 'memory'],
    ['memory of the server by itself', `${measured(costs.residentBytes / 1e6)} MB`, 'memory'],
    ['the most connections that were measured', whole(costs.mostConnections), 'connections-flat'],
  ];
  return table(
    ['', 'CPU time or size', '`npm run bench -- --only …`'],
    rows.map(([what, value, source]) => [what, value, `\`${source}\``]),
  );
}

function assumedTable({ assumed, workloads }: ScalingReport): string {
  const rows = Object.values(assumed).map(({ value, what, from }) => [what, whole(value), from]);
  const people = workloads.map(({ title }) => `- ${title}`).join('\n');
  return [table(['', 'number', 'from'], rows), 'What people do is assumed as well:', people].join('\n\n');
}

function oneNodeTable({ oneNode }: ScalingReport): string {
  const rows = oneNode.map(({ workload, limits }) => [
    workload,
    ...limits.map(({ limit, connections }) => `${count(connections)}: ${limit}`),
  ]);
  return table(['connections', 'runs out first', 'then', 'then'], rows);
}

function breaksTable({ breaks }: ScalingReport): string {
  const rows = breaks.map(({ workload, design, at }) => [
    workload,
    design,
    at === undefined ? 'more than a billion' : count(at.connections),
    at === undefined ? '–' : `${at.limit}: ${at.most}`,
  ]);
  return table(['', '', 'connections', 'what no number of nodes does away with'], rows);
}

const uses: readonly CoreUse[] = [
  'heartbeats',
  'sends',
  'deliveries',
  'unread',
  'presence',
  'returns',
  'rooms heard',
  'people heard',
];

function casesTable(cases: readonly Case[]): string {
  const row = (title: string, show: (plan: Plan) => string): string[] => [
    title,
    ...cases.map(({ plan }) => (plan === undefined ? '–' : show(plan))),
  ];
  return table(
    ['', ...cases.map(({ workload, connections, design }) => `${workload}, ${count(connections)}, ${design}`)],
    [
      ['nodes', ...cases.map(({ plan }) => (plan === undefined ? 'none will do' : whole(plan.nodes)))],
      [
        'because of',
        ...cases.map(({ plan, limit, most }) => (plan === undefined ? `${limit ?? ''}: ${most ?? ''}` : plan.because)),
      ],
      row('cores of a node that are used', ({ demand }) => ratio(coresOf(demand))),
      ...uses.map((use) => row(`… for ${use}`, ({ demand }) => ratio(demand.cores[use]))),
      row('memory of a node, GB', ({ demand }) => ratio(demand.bytes / 1e9)),
      row('subscriptions of a node', ({ demand }) => whole(demand.subscriptions)),
      row('one message holds a node up, ms', ({ demand }) => measured(demand.turnMs)),
      row('Redis, a second', ({ demand }) => count(demand.redisPerSecond)),
      row(
        '… of it the busiest topic',
        ({ demand }) => `${count(demand.busiestTopic.perSecond)}, ${demand.busiestTopic.name}`,
      ),
      row('Redis shards', ({ redisShards }) => whole(redisShards)),
      row('rows made durable, a second', ({ demand }) => count(demand.rowsPerSecond)),
      row('PostgreSQL primaries', ({ primaries }) => whole(primaries)),
      row('counts of unread, a second', ({ demand }) => count(demand.countsPerSecond)),
    ],
  );
}

function stormTable({ storms, measured: costs, assumed }: ScalingReport): string {
  const rows = storms.map((storm) => [
    whole(storm.connections),
    `${storm.lastBackSeconds.toFixed(0)} s`,
    ratio(storm.ticketsAsked / storm.connections),
    whole(storm.ticketsAskedAtMost),
    whole(storm.connectsAtMost),
    ratio((storm.connectsAtMost * costs.returnMicros) / 1e6),
    `${(storm.beyondGrace * 100).toFixed(0)} %`,
  ]);
  const head = [
    'come back to one node',
    'the last after',
    'tickets asked for each',
    'tickets in the busiest second',
    'connects in the busiest second',
    'cores then',
    'later than the grace',
  ];
  const most = assumed.maxPresent.value;
  const seconds = (2 * most * (most - 1) * costs.deliveryMicros) / 1e6;
  return [
    table(head, rows),
    `Whoever is later than the grace is told to the others twice, as gone and as back. In a room of ${whole(most)}, the largest in which anybody is ` +
      `told, that is ${measured((2 * most * (most - 1)) / 1e6)} million deliveries and ${measured(seconds)} s of one core at most, when everybody is late.`,
  ].join('\n\n');
}

function whole(value: number): string {
  return value < 1 && value > 0 ? String(value) : Math.round(value).toLocaleString('en-US');
}

/** Large numbers by their word, three digits. */
function count(value: number): string {
  if (value >= 999_500) return `${measured(value / 1e6)} M`;
  return value < 1_000 ? whole(value) : measured(value);
}
