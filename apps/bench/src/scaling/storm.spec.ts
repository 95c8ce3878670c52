import { describe, expect, it } from 'vitest';
import { assumptions } from './assumptions.ts';
import { seededRandom } from './random.ts';
import { stormOf } from './storm.ts';

const storm = (connections: number, seed = 1) =>
  stormOf({ connections, assumed: assumptions, random: seededRandom(seed) });

describe('stormOf', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(storm(5_000)).toEqual(storm(5_000));
    expect(storm(5_000)).not.toEqual(storm(5_000, 2));
  });

  it('lets in a second’s worth at once and then no more than the pace', () => {
    const { connectsAtMost, lastBackSeconds, ticketsAsked } = storm(20_000);
    // The pace and the burst on top of it fall into one second.
    expect(connectsAtMost).toBeLessThanOrEqual(1_000);
    expect(lastBackSeconds).toBeCloseTo((20_000 - 500) / 500, 0);
    expect(ticketsAsked).toBe(20_000);
  });

  it('makes clients retry that would wait for more than a minute', () => {
    const { ticketsAsked, lastBackSeconds } = storm(60_000);
    expect(ticketsAsked).toBeGreaterThan(60_000);
    expect(lastBackSeconds).toBeGreaterThanOrEqual((60_000 - 500) / 500);
  });

  it('reports no late clients below the slot rate', () => {
    expect(storm(1_000)).toMatchObject({ beyondGrace: 0, ticketsAsked: 1_000 });
    expect(storm(20_000).beyondGrace).toBeGreaterThan(0.5);
  });
});
