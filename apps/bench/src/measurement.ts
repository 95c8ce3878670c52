import type { Load } from './load/load.ts';
import type { Usage } from './load/meter.ts';
import type { PeerName } from './peers.ts';

/** The result of one round of one peer. */
export interface Sample {
  /** In the unit of its measurement. */
  readonly value: number;
  /** The number of measured operations, for the cost per operation. */
  readonly operations: number;
  readonly usage: Usage;
  /** Additional values; each name includes the unit. */
  readonly extras?: Readonly<Record<string, number>>;
}

export type Round = () => Promise<Sample>;

/** A performance goal of Usher. */
export interface Goal {
  /** The peer to compare with. If absent, the bound applies to the value itself. */
  readonly to?: PeerName;
  /** A minimum if more is better, a maximum if less is better. */
  readonly bound: number;
  /** The additional value (`Sample.extras`) that the goal applies to. Defaults to the value of the measurement. */
  readonly extra?: string;
  /** How `to` is compared. Defaults to `ratio`; `difference` is in the unit of the value. */
  readonly by?: 'ratio' | 'difference';
}

export interface Measurement {
  /** The name for `--only`. */
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
  /** The participating peers; ratios are relative to the first. */
  readonly peers: readonly PeerName[];
  /** The peer that the goals apply to. Defaults to `usher`. */
  readonly subject?: PeerName;
  readonly goals: readonly Goal[];
  /** The default number of rounds. */
  readonly rounds: { readonly full: number; readonly quick: number };
  /** Settings of Usher that override the defaults of the bench. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Starts new processes for every round, without a warm-up round. */
  readonly fresh?: true;
  /** Runs in the load process: does the unmeasured setup and returns the function that runs one round. */
  prepare(load: Load, quick: boolean): Round | Promise<Round>;
}

/** @returns the peer that the goals of a measurement apply to */
export function subjectOf({ subject = 'usher' }: Pick<Measurement, 'subject'>): PeerName {
  return subject;
}

/** Many short rounds, because even ratios vary by 15 % on one machine. */
export const manyRounds = { full: 21, quick: 2 };
