import type { Step } from '@usher/operator-api';
import type { Connection } from '@usher/realtime';

/** Of a long list, this many steps at its beginning and at its end are kept. */
const keptAtEachEnd = 20;

/**
 * What happened on open connections besides opening and joining, which the connections and rooms know themselves. A connection that only
 * joins its rooms takes no memory here.
 */
export class ConnectionSteps {
  readonly #steps = new WeakMap<Connection, Step[]>();

  /** Records a step. Repeated rate limits count as one. */
  add(connection: Connection, step: Step): void {
    const steps = this.#steps.get(connection);
    if (steps === undefined) {
      this.#steps.set(connection, [step]);
      return;
    }
    if (step.step === 'rate_limited' && steps.at(-1)?.step === 'rate_limited') return;
    if (steps.length >= 2 * keptAtEachEnd) steps.splice(keptAtEachEnd, 1);
    steps.push(step);
  }

  /** Returns the recorded steps, oldest first. */
  of(connection: Connection): readonly Step[] {
    return this.#steps.get(connection) ?? [];
  }
}

/** Orders steps by time, and keeps the first and last ones of a long list. Steps of the same time keep their order. */
export function boundedSteps(steps: readonly Step[]): Step[] {
  const sorted = steps.toSorted((one, other) => one.at - other.at);
  if (sorted.length <= 2 * keptAtEachEnd) return sorted;
  return [...sorted.slice(0, keptAtEachEnd), ...sorted.slice(-keptAtEachEnd)];
}
