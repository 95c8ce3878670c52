import { type Figures, figuresOf } from '../figures.ts';
import type { Measured } from '../measure.ts';
import { type Goal, type Measurement, type Sample, subjectOf } from '../measurement.ts';
import type { PeerName } from '../peers.ts';

/** The process that used a whole core. `neither`: both waited for the disk, a timer or each other. */
export type Saturated = 'server' | 'load' | 'both' | 'neither';

/** The CPU use, in cores, from which a process counts as saturated. The rest of the core goes to other processes. */
const full = 0.85;

/** @param serverShare CPU time divided by wall time; `undefined` if the system does not report it */
export function saturated(serverShare: number | undefined, loadShare: number): Saturated {
  const server = (serverShare ?? 0) >= full;
  const load = loadShare >= full;
  if (server && load) return 'both';
  if (server) return 'server';
  return load ? 'load' : 'neither';
}

/** The results of one peer over all rounds. */
export interface Row {
  readonly peer: PeerName;
  readonly figures: Figures;
  /** The median of the per-round ratios to the first peer. Slow changes of the machine cancel out. */
  readonly ratio?: number;
  /** CPU time divided by wall time. Absent for the server if the system does not report it. */
  readonly serverCores?: number;
  readonly loadCores: number;
  /** The CPU use of all other processes. If it is high, discard the result. */
  readonly otherCores?: number;
  readonly saturated: Saturated;
  /** CPU time of the server per operation, in microseconds. */
  readonly serverMicros?: number;
  readonly loadMicros: number;
  /** The medians of the additional values; for a deployment also the CPU time of its nodes and services per operation. */
  readonly extras: Readonly<Record<string, number>>;
  readonly values: readonly number[];
}

export interface GoalResult extends Goal {
  /** Usher's ratio to the peer or difference from it, or its value if the goal names no peer. Absent if one of the two failed. */
  readonly reached?: number;
  readonly met: boolean;
}

export interface Result {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
  /** The time of the measurement (ISO 8601). */
  readonly at: string;
  readonly rounds: number;
  readonly rows: readonly Row[];
  readonly goals: readonly GoalResult[];
  readonly failed: readonly { readonly peer: PeerName; readonly reason: string }[];
}

export function resultOf(measurement: Measurement, { samples, failed }: Measured, rounds: number, at: Date): Result {
  const { name, title, unit, better, peers, goals } = measurement;
  const values = (peer: PeerName): readonly number[] => (samples.get(peer) ?? []).map(({ value }) => value);
  const [first] = peers;
  const rows = peers.flatMap((peer): Row[] => {
    const own = samples.get(peer);
    if (own === undefined) return [];
    return [
      rowOf(
        peer,
        own,
        first === peer || first === undefined ? undefined : comparedWith(values(peer), values(first), 'ratio'),
      ),
    ];
  });
  const subject = subjectOf(measurement);
  const series = (peer: PeerName, extra?: string): readonly number[] =>
    extra === undefined ? values(peer) : (samples.get(peer) ?? []).flatMap(({ extras }) => extras?.[extra] ?? []);
  const goalResults = goals.map((goal): GoalResult => {
    const own = series(subject, goal.extra);
    const reached =
      goal.to === undefined ? medianOf(own) : comparedWith(own, series(goal.to, goal.extra), goal.by ?? 'ratio');
    if (reached === undefined) return { ...goal, met: false };
    return { ...goal, reached, met: better === 'more' ? reached >= goal.bound : reached <= goal.bound };
  });
  return {
    name,
    title,
    unit,
    better,
    at: at.toISOString(),
    rounds,
    rows,
    goals: goalResults,
    failed: [...failed].map(([peer, reason]) => ({ peer, reason })),
  };
}

function rowOf(peer: PeerName, samples: readonly Sample[], ratio: number | undefined): Row {
  let [wallMs, serverMs, loadMs, machineMs, operations] = [0, 0, 0, 0, 0];
  let reported = true;
  const extras = new Map<string, number[]>();
  const parts = new Map<string, number>();
  for (const { usage, operations: count, extras: seen = {} } of samples) {
    for (const [name, ms] of Object.entries(usage.parts ?? {})) parts.set(name, (parts.get(name) ?? 0) + ms);
    wallMs += usage.wallMs;
    loadMs += usage.loadMs;
    machineMs += usage.machineMs;
    operations += count;
    if (usage.serverMs === undefined) reported = false;
    else serverMs += usage.serverMs;
    for (const [name, value] of Object.entries(seen)) extras.set(name, [...(extras.get(name) ?? []), value]);
  }
  const serverCores = reported ? serverMs / wallMs : undefined;
  const loadCores = loadMs / wallMs;
  return {
    peer,
    figures: figuresOf(samples.map(({ value }) => value)),
    ...(ratio === undefined ? {} : { ratio }),
    ...(serverCores === undefined
      ? {}
      : {
          serverCores,
          serverMicros: (serverMs * 1_000) / operations,
          otherCores: Math.max(0, (machineMs - serverMs - loadMs) / wallMs),
        }),
    loadCores,
    loadMicros: (loadMs * 1_000) / operations,
    saturated: saturated(serverCores, loadCores),
    extras: {
      ...Object.fromEntries([...extras].map(([name, all]) => [name, figuresOf(all).median])),
      ...Object.fromEntries([...parts].map(([name, ms]) => [`${name}, µs each`, (ms * 1_000) / operations])),
    },
    values: samples.map(({ value }) => value),
  };
}

function medianOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : figuresOf(values).median;
}

/** The median of the per-round ratios or differences. */
function comparedWith(
  own: readonly number[],
  others: readonly number[],
  by: NonNullable<Goal['by']>,
): number | undefined {
  return medianOf(
    own.flatMap((value, round) => {
      const other = others[round];
      if (other === undefined) return [];
      return [by === 'ratio' ? value / other : value - other];
    }),
  );
}
