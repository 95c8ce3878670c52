import { ConnectSlots } from '@usher/ticket';
import type { Assumed } from './demand.ts';

/** Numbers from 0 to below 1 that are the same for the same seed: a linear congruential generator, good enough to spread a crowd (constants of Numerical Recipes). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export interface StormQuestion {
  /** Those who come back to one node. */
  readonly connections: number;
  readonly assumed: Assumed;
  /** From 0 to below 1. */
  readonly random: () => number;
}

export interface Storm {
  readonly ticketsAsked: number;
  /** In the busiest second. */
  readonly ticketsAskedAtMost: number;
  readonly connectsAtMost: number;
  readonly lastBackSeconds: number;
  /** Of all, who is back only when the others have been told that they were gone. */
  readonly beyondGrace: number;
}

/** As the client has it: anything from nothing to a window that doubles with every try, to 20 s at most. */
const backoffMaxMs = 20_000;

/**
 * Simulates a node whose clients all lose their connections at once and reconnect at the rate of its slots. Uses the server's
 * slot code and the client's backoff. Clients use their slots in time; network latency is not modeled.
 */
export function stormOf({ connections, assumed, random }: StormQuestion): Storm {
  const windowMs = assumed.restartSpreadSeconds.value * 1_000;
  let now = 0;
  const slots = new ConnectSlots({ connectsPerSecond: assumed.connectsPerSecond.value, now: () => now });
  const jitter = (tries: number): number => random() * Math.min(backoffMaxMs, windowMs * 2 ** (tries - 1));
  // Who asks when: a bucket a millisecond, since nothing asks for an order within one.
  const asking = new Map<number, number[]>();
  const ask = (atMs: number, tries: number): void => {
    const at = Math.floor(atMs);
    const there = asking.get(at);
    if (there === undefined) asking.set(at, [tries]);
    else there.push(tries);
  };
  for (let n = 0; n < connections; n += 1) ask(jitter(1), 1);

  const asked = new Tally();
  const connected = new Tally();
  let [ticketsAsked, lastMs, late] = [0, 0, 0];
  for (; asking.size > 0; now += 1) {
    for (const tries of asking.get(now) ?? []) {
      ticketsAsked += 1;
      asked.add(now);
      const client = `client ${ticketsAsked}`;
      const slot = slots.assign({ user: client, session: client });
      if (slot.ok) {
        const at = now + slot.connectAfterMs;
        connected.add(at);
        lastMs = Math.max(lastMs, at);
        if (at > assumed.graceSeconds.value * 1_000) late += 1;
      } else ask(now + 1 + slot.retryAfterMs + jitter(tries + 1), tries + 1);
    }
    asking.delete(now);
  }
  return {
    ticketsAsked,
    ticketsAskedAtMost: asked.most,
    connectsAtMost: connected.most,
    lastBackSeconds: lastMs / 1_000,
    beyondGrace: late / connections,
  };
}

/** How many there were in each second. */
class Tally {
  readonly #seconds = new Map<number, number>();

  add(ms: number): void {
    const second = Math.floor(ms / 1_000);
    this.#seconds.set(second, (this.#seconds.get(second) ?? 0) + 1);
  }

  get most(): number {
    return Math.max(0, ...this.#seconds.values());
  }
}
