import type { Result } from './result.ts';

/** What is written down: the machine and all measurements that were made on it. */
export interface Report {
  /** Whether it was a `--quick` run, whose figures are too few to be believed. */
  readonly quick: boolean;
  readonly machine: Machine;
  readonly results: readonly Result[];
}

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
}

/** The results of this run in their place among those of earlier ones, which stay where they were not made again. */
export function merged(before: readonly Result[], made: readonly Result[], order: readonly string[]): Result[] {
  const byName = new Map([...before, ...made].map((result) => [result.name, result]));
  return order.flatMap((name) => byName.get(name) ?? []);
}
