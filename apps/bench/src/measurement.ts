import type { Load } from './load/load.ts';
import type { Usage } from './load/meter.ts';
import type { PeerName } from './peer-names.ts';

/** What one round of one peer came to. */
export interface Sample {
  /** In the unit of its measurement. */
  readonly value: number;
  /** How many of what was measured there were, for what one of them costs. */
  readonly operations: number;
  readonly usage: Usage;
  /** What else was seen, by a name that says its unit. */
  readonly extras?: Readonly<Record<string, number>>;
}

export type Round = () => Promise<Sample>;

/** What is wanted of Usher. */
export interface Goal {
  /** The peer that the ratio is to; absent: the bound is on the value itself. */
  readonly to?: PeerName;
  /** At least where more is better, at most where less is. */
  readonly bound: number;
}

export interface Measurement {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
  /** Who takes part; ratios are to the first. */
  readonly peers: readonly PeerName[];
  readonly goals: readonly Goal[];
  /** How many rounds unless told. */
  readonly rounds: { readonly full: number; readonly quick: number };
  /** Settings of Usher that differ from those that everything else is measured with. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Every round is made with new processes, and none to warm up. */
  readonly fresh?: true;
  /** In the load's process: gets everything ready that is not to be measured, and returns what makes one round. */
  prepare(load: Load, quick: boolean): Round | Promise<Round>;
}

/** Rounds are short and many, since one machine's noise is 15 % even in ratios. */
export const manyRounds = { full: 21, quick: 2 };
