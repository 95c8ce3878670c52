import { type CoreUse, coresOf, type Demand, demandOf, type Deployment, type Topic } from './demand.ts';
import { type Assumed, assumptions, type Costs, type Workload, workloads } from './model.ts';
import { seededRandom, type Storm, stormOf } from './storm.ts';

export type Limit = 'node CPU' | 'node memory' | 'measured connections' | 'one topic on one Redis shard';

export interface Plan {
  readonly nodes: number;
  /** The limit that one node less would exceed. */
  readonly because: Limit;
  readonly demand: Demand;
  readonly redisShards: number;
  readonly primaries: number;
}

/** A limit that more nodes do not lift, and its largest contributor. */
export interface Blocked {
  readonly limit: Limit;
  readonly cause: CoreUse | Topic['name'] | 'too many for the nodes';
}

type Requirement = Omit<Deployment, 'nodes'>;

/** @returns the plan with the fewest nodes, or the limit that prevents a plan */
export function planOf(requirement: Requirement, costs: Costs, assumed: Assumed): Plan | Blocked {
  const demandWith = (nodes: number): Demand => demandOf({ ...requirement, nodes }, costs, assumed);
  const exceeded = (nodes: number): Limit | undefined => {
    const demand = demandWith(nodes);
    if (requirement.connections / nodes > costs.maxConnections) return 'measured connections';
    if (demand.bytes > assumed.memoryBytes.value) return 'node memory';
    if (coresOf(demand) > assumed.cpuShare.value) return 'node CPU';
    return undefined;
  };
  let nodes = 1;
  // A single node has no bus. From two nodes on, more nodes never increase the load of each.
  if (exceeded(1) !== undefined) {
    const limit = exceeded(assumed.maxNodes.value);
    if (limit !== undefined) return { limit, cause: causeOf(demandWith(assumed.maxNodes.value), limit) };
    let tooFew = 1;
    nodes = assumed.maxNodes.value;
    while (nodes - tooFew > 1) {
      const middle = Math.floor((tooFew + nodes) / 2);
      if (exceeded(middle) === undefined) nodes = middle;
      else tooFew = middle;
    }
  }
  const demand = demandWith(nodes);
  const { busiestTopic } = demand;
  if (busiestTopic.perSecond > assumed.redisPerSecond.value) {
    return { limit: 'one topic on one Redis shard', cause: busiestTopic.name };
  }
  return {
    nodes,
    because: nodes === 1 ? 'measured connections' : (exceeded(nodes - 1) ?? 'node CPU'),
    demand,
    redisShards: Math.ceil(demand.redisPerSecond / assumed.redisPerSecond.value),
    primaries: Math.ceil(demand.rowsPerSecond / assumed.postgresPerSecond.value),
  };
}

function causeOf({ cores }: Demand, limit: Limit): Blocked['cause'] {
  if (limit !== 'node CPU') return 'too many for the nodes';
  const uses = Object.keys(cores) as CoreUse[];
  return uses.reduce((largest, use) => (cores[use] > cores[largest] ? use : largest));
}

const billion = 1e9;

/** @returns the number of connections from which no plan exists, within 1 %; `undefined` if a billion connections have a plan */
export function breaksAt(
  requirement: Omit<Requirement, 'connections'>,
  costs: Costs,
  assumed: Assumed,
): (Blocked & { readonly connections: number }) | undefined {
  const blockedAt = (connections: number): Blocked | undefined => {
    const plan = planOf({ ...requirement, connections: Math.round(connections) }, costs, assumed);
    return 'nodes' in plan ? undefined : plan;
  };
  let [works, breaks] = [1, billion];
  let blocked = blockedAt(breaks);
  if (blocked === undefined) return undefined;
  while (breaks / works > 1.01) {
    const middle = Math.sqrt(works * breaks);
    const found = blockedAt(middle);
    if (found === undefined) works = middle;
    else [breaks, blocked] = [middle, found];
  }
  return { connections: Math.round(breaks), ...blocked };
}

/** @returns how many connections one node supports until each resource is exhausted, in ascending order */
export function oneNodeLimits(workload: Workload, costs: Costs, assumed: Assumed) {
  const maximum = (isEnough: (demand: Demand) => boolean): number => {
    let [fits, over] = [1, billion];
    while (over - fits > 1) {
      const connections = Math.floor((fits + over) / 2);
      if (isEnough(demandOf({ workload, connections, nodes: 1 }, costs, assumed))) fits = connections;
      else over = connections;
    }
    return fits;
  };
  const limits: { readonly limit: Limit; readonly connections: number }[] = [
    { limit: 'node CPU', connections: maximum((demand) => coresOf(demand) <= assumed.cpuShare.value) },
    { limit: 'node memory', connections: maximum(({ bytes }) => bytes <= assumed.memoryBytes.value) },
    { limit: 'measured connections', connections: costs.maxConnections },
  ];
  return limits.toSorted((a, b) => a.connections - b.connections);
}

export interface Case {
  readonly workload: string;
  readonly connections: number;
  readonly plan: Plan | Blocked;
}

/** The content of `docs/benchmarks/scaling.json`. */
export interface ScalingReport {
  readonly seed: number;
  readonly measured: Costs;
  readonly assumed: Assumed;
  readonly workloads: readonly Workload[];
  readonly oneNode: readonly { readonly workload: string; readonly limits: ReturnType<typeof oneNodeLimits> }[];
  readonly cases: readonly Case[];
  readonly breaks: readonly {
    readonly workload: string;
    /** Absent if a billion connections have a plan. */
    readonly at?: NonNullable<ReturnType<typeof breaksAt>>;
  }[];
  readonly storms: readonly ({ readonly connections: number } & Storm)[];
}

const million = 1_000_000;
const seed = 1;

export function scalingReport(measured: Costs, assumed: Assumed = assumptions): ScalingReport {
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
      [million, 100 * million].map((connections) => ({
        workload: workload.name,
        connections,
        plan: planOf({ workload, connections }, measured, assumed),
      })),
    ),
    breaks: workloads.map((workload) => {
      const at = breaksAt({ workload }, measured, assumed);
      return { workload: workload.name, ...(at === undefined ? {} : { at }) };
    }),
    storms: [1_000, 10_000, measured.maxConnections, 2 * measured.maxConnections].map((connections) => ({
      connections,
      ...stormOf({ connections, assumed, random: seededRandom(seed) }),
    })),
  };
}
