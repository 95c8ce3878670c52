import type { Machine } from '../report/report.ts';
import type { Result } from '../report/result.ts';
import type { LogTrial } from './log-trial.ts';
import type { PersonTrial } from './person-trial.ts';
import type { StrangersHeld } from './strangers-held.ts';
import type { WayName } from './way.ts';

/** What one way came to. */
export interface WayResult {
  readonly name: WayName;
  readonly held: StrangersHeld;
  readonly log: LogTrial;
  readonly person: PersonTrial;
}

/** What is written down. */
export interface WaysReport {
  readonly machine: Machine;
  /** ISO 8601. */
  readonly at: string;
  readonly ways: readonly WayResult[];
  readonly connect: Result;
  readonly connectAlone: Result;
}
