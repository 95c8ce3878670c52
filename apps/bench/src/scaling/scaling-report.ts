import { assumptions } from './assumptions.ts';
import type { Costs } from './costs.ts';
import type { Assumed, Design } from './demand.ts';
import { breaksAt, type Limit, oneNodeLimits, type Plan, planOf } from './plan.ts';
import { seededRandom } from './random.ts';
import { type Storm, stormOf } from './storm.ts';
import { type Workload, workloads } from './workloads.ts';

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
