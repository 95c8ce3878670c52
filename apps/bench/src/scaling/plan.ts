import { type Assumed, coresOf, type Demand, demandOf, type Design } from './demand.ts';
import { assumptions, type Costs, type Workload, workloads } from './model.ts';
import { seededRandom, type Storm, stormOf } from './storm.ts';

/** What can run out. */
export type Limit = 'CPU of a node' | 'memory of a node' | 'what was measured' | 'one topic on one Redis shard';

export interface Plan {
  readonly nodes: number;
  /** What asks for so many nodes: with one less it would not do. */
  readonly because: Limit;
  readonly demand: Demand;
  readonly redisShards: number;
  readonly primaries: number;
}

interface PlanQuestion {
  readonly workload: Workload;
  readonly connections: number;
  readonly design: Design;
}

/** The fewest nodes that do; or what no number of nodes does away with. */
export function planOf(
  question: PlanQuestion,
  costs: Costs,
  assumed: Assumed,
): { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly limit: Limit; readonly most: string } {
  const demand = (nodes: number): Demand => demandOf({ ...question, nodes }, costs, assumed);
  const lacks = (nodes: number): Limit | undefined => {
    const of = demand(nodes);
    if (question.connections / nodes > costs.mostConnections) return 'what was measured';
    if (of.bytes > assumed.memoryBytes.value) return 'memory of a node';
    if (coresOf(of) > assumed.cpuShare.value) return 'CPU of a node';
    return undefined;
  };
  // One node alone has no bus, and is looked at first; from two on, more nodes never ask more of one of them.
  let nodes = 1;
  if (lacks(1) !== undefined) {
    const most = assumed.mostNodes.value;
    const lacking = lacks(most);
    if (lacking !== undefined) return { ok: false, ...limitOf(demand(most), lacking) };
    let few = 1;
    nodes = most;
    while (nodes - few > 1) {
      const middle = Math.floor((few + nodes) / 2);
      if (lacks(middle) === undefined) nodes = middle;
      else few = middle;
    }
  }
  const of = demand(nodes);
  if (of.busiestTopic.perSecond > assumed.redisPerSecond.value) {
    return { ok: false, limit: 'one topic on one Redis shard', most: of.busiestTopic.name };
  }
  return {
    ok: true,
    plan: {
      nodes,
      because: nodes === 1 ? 'what was measured' : (lacks(nodes - 1) ?? 'CPU of a node'),
      demand: of,
      redisShards: Math.ceil(of.redisPerSecond / assumed.redisPerSecond.value),
      primaries: Math.ceil(of.rowsPerSecond / assumed.postgresPerSecond.value),
    },
  };
}

/** What runs out, and what takes the most of it. */
function limitOf({ cores }: Demand, limit: Limit): { readonly limit: Limit; readonly most: string } {
  const [most] = Object.entries(cores).toSorted(([, a], [, b]) => b - a);
  return { limit, most: limit === 'CPU of a node' ? (most?.[0] ?? '') : 'too many for the nodes' };
}

/** From how many connections on there is no plan, to a hundredth; `undefined` when there is one for a billion. */
export function breaksAt(
  question: Omit<PlanQuestion, 'connections'>,
  costs: Costs,
  assumed: Assumed,
): { readonly connections: number; readonly limit: Limit; readonly most: string } | undefined {
  const limitAt = (connections: number): { readonly limit: Limit; readonly most: string } | undefined => {
    const answer = planOf({ ...question, connections: Math.round(connections) }, costs, assumed);
    return answer.ok ? undefined : { limit: answer.limit, most: answer.most };
  };
  let [works, breaks] = [1, 1e9];
  let limit = limitAt(breaks);
  if (limit === undefined) return undefined;
  while (breaks / works > 1.01) {
    const middle = Math.sqrt(works * breaks);
    const lacking = limitAt(middle);
    if (lacking === undefined) works = middle;
    else {
      breaks = middle;
      limit = lacking;
    }
  }
  return { connections: Math.round(breaks), ...limit };
}

/** How many connections one node holds before each of its resources is used up, the first to run out first. */
export function oneNodeLimits(
  workload: Workload,
  costs: Costs,
  assumed: Assumed,
): readonly { readonly limit: Limit; readonly connections: number }[] {
  const lasts = (isEnough: (of: Demand) => boolean): number => {
    let [fits, over] = [1, 1e9];
    while (over - fits > 1) {
      const connections = Math.floor((fits + over) / 2);
      const of = demandOf({ workload, connections, nodes: 1, design: 'as built' }, costs, assumed);
      if (isEnough(of)) fits = connections;
      else over = connections;
    }
    return fits;
  };
  const limits = [
    { limit: 'CPU of a node', connections: lasts((of) => coresOf(of) <= assumed.cpuShare.value) },
    { limit: 'memory of a node', connections: lasts(({ bytes }) => bytes <= assumed.memoryBytes.value) },
    { limit: 'what was measured', connections: costs.mostConnections },
  ] as const;
  return limits.toSorted((a, b) => a.connections - b.connections);
}

export interface Case {
  readonly workload: string;
  readonly connections: number;
  readonly design: Design;
  /** Absent where no number of nodes does. */
  readonly plan?: Plan;
  readonly limit?: Limit;
  /** What takes the most of it. */
  readonly most?: string;
}

/** What is written down. */
export interface ScalingReport {
  readonly seed: number;
  readonly measured: Costs;
  readonly assumed: Assumed;
  readonly workloads: readonly Workload[];
  readonly oneNode: readonly { readonly workload: string; readonly limits: ReturnType<typeof oneNodeLimits> }[];
  readonly cases: readonly Case[];
  readonly breaks: readonly {
    readonly workload: string;
    readonly design: Design;
    /** Absent where a billion still works. */
    readonly at?: { readonly connections: number; readonly limit: Limit; readonly most: string };
  }[];
  readonly storms: readonly ({ readonly connections: number } & Storm)[];
}

const million = 1_000_000;
const seed = 1;
const designs = ['as built', 'changed'] as const;

export function scalingReport(measured: Costs, assumed: Assumed = assumptions): ScalingReport {
  const caseOf = (workload: Workload, connections: number, design: Design): Case => {
    const answer = planOf({ workload, connections, design }, measured, assumed);
    const asked = { workload: workload.name, connections, design };
    return answer.ok ? { ...asked, plan: answer.plan } : { ...asked, limit: answer.limit, most: answer.most };
  };
  return {
    seed,
    measured,
    assumed,
    workloads,
    oneNode: workloads.map((workload) => ({
      workload: workload.name,
      limits: oneNodeLimits(workload, measured, assumed),
    })),
    cases: workloads.flatMap((workload) =>
      designs.flatMap((design) => [million, 100 * million].map((connections) => caseOf(workload, connections, design))),
    ),
    breaks: workloads.flatMap((workload) =>
      designs.map((design) => {
        const at = breaksAt({ workload, design }, measured, assumed);
        return { workload: workload.name, design, ...(at === undefined ? {} : { at }) };
      }),
    ),
    storms: [1_000, 10_000, measured.mostConnections, 2 * measured.mostConnections].map((connections) => ({
      connections,
      ...stormOf({ connections, assumed, random: seededRandom(seed) }),
    })),
  };
}
