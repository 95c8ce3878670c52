import { ConnectSlots } from '@usher/ticket';
import type { Assumed } from './model.ts';

export interface StormOptions {
  /** The clients that reconnect to one node. */
  readonly connections: number;
  readonly assumed: Assumed;
  /** Returns numbers from 0 to below 1. */
  readonly random: () => number;
}

export interface Storm {
  readonly ticketCalls: number;
  /** Ticket calls in the busiest second. */
  readonly maxTicketCalls: number;
  /** Connects in the busiest second. */
  readonly maxConnects: number;
  /** The time of the last connect. */
  readonly lastSeconds: number;
  /** The share of clients that connect after the presence grace period, from 0 to 1. */
  readonly beyondGrace: number;
}

/** The client's maximum backoff window. The window doubles with every attempt. */
const backoffMaxMs = 20_000;

/** A linear congruential generator with the constants of Numerical Recipes: the same numbers for the same seed. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * Simulates a node whose clients all lose their connections at once and reconnect at the rate of its slots. Uses the server's
 * slot code and the client's backoff. Clients use their slots in time; network latency is not modeled.
 */
export function stormOf({ connections, assumed, random }: StormOptions): Storm {
  const windowMs = assumed.restartSpreadSeconds.value * 1_000;
  let now = 0;
  const slots = new ConnectSlots({ connectsPerSecond: assumed.connectsPerSecond.value, now: () => now });
  const jitter = (attempt: number): number => random() * Math.min(backoffMaxMs, windowMs * 2 ** (attempt - 1));
  // The attempts of the clients that call in each millisecond.
  const calls = new Map<number, number[]>();
  const schedule = (atMs: number, attempt: number): void => {
    const at = Math.floor(atMs);
    calls.set(at, [...(calls.get(at) ?? []), attempt]);
  };
  for (let n = 0; n < connections; n += 1) schedule(jitter(1), 1);

  const ticketsPerSecond = new Map<number, number>();
  const connectsPerSecond = new Map<number, number>();
  const count = (perSecond: Map<number, number>, ms: number): void => {
    const second = Math.floor(ms / 1_000);
    perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
  };
  let [ticketCalls, lastMs, late] = [0, 0, 0];
  for (; calls.size > 0; now += 1) {
    for (const attempt of calls.get(now) ?? []) {
      ticketCalls += 1;
      count(ticketsPerSecond, now);
      const client = `client ${ticketCalls}`;
      const slot = slots.assign({ user: client, session: client });
      if (slot.ok) {
        const at = now + slot.connectAfterMs;
        count(connectsPerSecond, at);
        lastMs = Math.max(lastMs, at);
        if (at > assumed.graceSeconds.value * 1_000) late += 1;
      } else schedule(now + 1 + slot.retryAfterMs + jitter(attempt + 1), attempt + 1);
    }
    calls.delete(now);
  }
  return {
    ticketCalls,
    maxTicketCalls: Math.max(...ticketsPerSecond.values()),
    maxConnects: Math.max(...connectsPerSecond.values()),
    lastSeconds: lastMs / 1_000,
    beyondGrace: late / connections,
  };
}
