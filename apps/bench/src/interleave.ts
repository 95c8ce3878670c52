/** Interleaves the rounds: A B C A B C. Slow changes of the machine then affect all alike. */
export function* interleave<T>(
  rounds: number,
  each: readonly T[],
): Generator<{ readonly round: number; readonly of: T }> {
  for (let round = 0; round < rounds; round++) for (const of of each) yield { round, of };
}
