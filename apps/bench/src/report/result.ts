import { type Figures, figuresOf } from '../figures.ts';
import type { Measured } from '../measure.ts';
import type { Goal, Measurement, Sample } from '../measurement.ts';
import type { PeerName } from '../peer-names.ts';
import { type Saturated, saturated } from './saturation.ts';

/** What one peer came to, over all rounds. */
export interface Row {
  readonly peer: PeerName;
  readonly figures: Figures;
  /** To the first peer: the median of the ratios round by round, so that slow changes of the machine cancel. */
  readonly ratio?: number;
  /** Cores that were busy, 1 for one of them; of the server absent where the system does not tell. */
  readonly serverCores?: number;
  readonly loadCores: number;
  /** What all other programs of the machine took meanwhile: with more than a little of it, nothing here is to be believed. */
  readonly otherCores?: number;
  readonly saturated: Saturated;
  /** CPU time of the server for one of what was measured, in microseconds. */
  readonly serverMicros?: number;
  readonly loadMicros: number;
  /** Medians of what else was seen. */
  readonly extras: Readonly<Record<string, number>>;
  readonly values: readonly number[];
}

export interface GoalResult extends Goal {
  /** What Usher reached: a ratio, or a value where the goal names no peer. Absent when one of the two fell out. */
  readonly reached?: number;
  readonly met: boolean;
}

export interface Result {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
  /** When it was made (ISO 8601). */
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
    return [rowOf(peer, own, first === peer || first === undefined ? undefined : ratioOf(values(peer), values(first)))];
  });
  const goalResults = goals.map((goal): GoalResult => {
    const own = values('usher');
    const reached = goal.to === undefined ? medianOf(own) : ratioOf(own, values(goal.to));
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
  for (const { usage, operations: count, extras: seen = {} } of samples) {
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
    extras: Object.fromEntries([...extras].map(([name, all]) => [name, figuresOf(all).median])),
    values: samples.map(({ value }) => value),
  };
}

function medianOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : figuresOf(values).median;
}

function ratioOf(own: readonly number[], others: readonly number[]): number | undefined {
  return medianOf(own.flatMap((value, round) => (others[round] === undefined ? [] : [value / others[round]])));
}
