import { describe, expect, it } from 'vitest';
import { coresOf, demandOf, nodesWith } from './demand.ts';
import { assumptions, type Costs, type Workload } from './model.ts';
import { breaksAt, oneNodeLimits, planOf } from './plan.ts';
import { seededRandom, stormOf } from './storm.ts';

it('is one node for one person, and all of them for a crowd', () => {
  expect(nodesWith(1, 50)).toBeCloseTo(1);
  expect(nodesWith(1_000_000, 50)).toBeCloseTo(50);
  expect(nodesWith(20, 1)).toBeCloseTo(1);
  expect(nodesWith(20, 1_000_000)).toBeCloseTo(20, 2);
});

it('agrees with people who are really thrown onto nodes', () => {
  const random = seededRandom(7);
  const [people, nodes, throws] = [20, 50, 4_000];
  let sum = 0;
  for (let n = 0; n < throws; n += 1) {
    sum += new Set(Array.from({ length: people }, () => Math.floor(random() * nodes))).size;
  }
  expect(Math.abs(sum / throws - nodesWith(people, nodes))).toBeLessThan(0.1);
});

const costs: Costs = {
  connectMicros: 500,
  returnMicros: 1_000,
  heartbeatMicros: 25,
  deliveryMicros: 10,
  sendMicros: 100,
  sendsPerSecond: 10_000,
  residentBytes: 200e6,
  connectionBytes: 10_000,
  mostConnections: 20_000,
};
const silent: Workload = {
  name: 'silent',
  title: 'nobody says anything',
  roomSize: 20,
  listed: 1,
  joined: 1,
  messagesPerMinute: 0,
  readsPerMinute: 0,
  returnsPerHour: 0,
};
const chat: Workload = { ...silent, listed: 3, messagesPerMinute: 1, readsPerMinute: 1, returnsPerHour: 2 };
const crowd: Workload = { ...silent, roomSize: 1_000_000, messagesPerMinute: 60 / 1_000_000, returnsPerHour: 2 };

describe('demandOf', () => {
  it('counts only heartbeats for idle connections', () => {
    const demand = demandOf(
      { workload: silent, connections: 10_000, nodes: 1, design: 'as built' },
      costs,
      assumptions,
    );
    expect(coresOf(demand)).toBeCloseTo((10_000 / 25) * 25e-6);
    expect(demand).toMatchObject({ bytes: 300e6, subscriptions: 0, redisPerSecond: 0, rowsPerSecond: 0 });
  });

  it('delivers a message to every member of a room in which all are, and asks for a row', () => {
    const workload = { ...silent, messagesPerMinute: 6 };
    const { cores, rowsPerSecond, countsPerSecond } = demandOf(
      { workload, connections: 1_000, nodes: 1, design: 'as built' },
      costs,
      assumptions,
    );
    expect(rowsPerSecond).toBeCloseTo(100);
    expect(cores.deliveries).toBeCloseTo(100 * 20 * 10e-6);
    expect(cores.sends).toBeCloseTo(100 * 100e-6);
    expect(countsPerSecond).toBe(0);
  });

  it('delivers every read marker to all nodes in the current design', () => {
    const heard = (nodes: number, design: 'as built' | 'changed'): number =>
      demandOf({ workload: chat, connections: 1_000_000, nodes, design }, costs, assumptions).cores['people heard'];
    expect(heard(1_000, 'as built')).toBeCloseTo((1_000_000 / 60) * 20e-6, 2);
    expect(heard(1_000, 'changed')).toBeLessThan(heard(1_000, 'as built') / 100);
  });

  it('publishes presence of large rooms in the current design, but delivers it to no member', () => {
    const of = (design: 'as built' | 'changed') =>
      demandOf({ workload: crowd, connections: 1_000_000, nodes: 50, design }, costs, assumptions);
    expect(of('changed').cores.presence).toBe(0);
    expect(of('as built').cores.presence).toBeGreaterThan(0);
    expect(of('as built').busiestTopic.name).toBe('presence of one room');
  });
});

describe('planOf', () => {
  it('takes the fewest nodes that do: with one less something lacks', () => {
    const answer = planOf({ workload: chat, connections: 1_000_000, design: 'changed' }, costs, assumptions);
    if (!answer.ok) throw new Error(answer.limit);
    expect(answer.plan).toMatchObject({ nodes: 50, because: 'what was measured' });
    const busy = { ...chat, messagesPerMinute: 60 };
    const busier = planOf({ workload: busy, connections: 1_000_000, design: 'changed' }, costs, assumptions);
    if (!busier.ok) throw new Error(busier.limit);
    expect(busier.plan.because).toBe('CPU of a node');
    expect(coresOf(busier.plan.demand)).toBeLessThanOrEqual(0.7);
    const fewer = { workload: busy, connections: 1_000_000, nodes: busier.plan.nodes - 1, design: 'changed' } as const;
    expect(coresOf(demandOf(fewer, costs, assumptions))).toBeGreaterThan(0.7);
  });

  it('says what no number of nodes does away with', () => {
    expect(planOf({ workload: chat, connections: 100_000_000, design: 'as built' }, costs, assumptions)).toEqual({
      ok: false,
      limit: 'CPU of a node',
      most: 'people heard',
    });
    expect(planOf({ workload: chat, connections: 1_000_000, design: 'as built' }, costs, assumptions)).toEqual({
      ok: false,
      limit: 'one topic on one Redis shard',
      most: 'news of people',
    });
  });
});

describe('breaksAt', () => {
  it('finds the number from which on there is no plan', () => {
    const found = breaksAt({ workload: chat, design: 'as built' }, costs, assumptions);
    const plan = (connections: number): boolean =>
      planOf({ workload: chat, connections: Math.round(connections), design: 'as built' }, costs, assumptions).ok;
    expect(plan((found?.connections ?? 0) / 1.02)).toBe(true);
    expect(plan((found?.connections ?? 0) * 1.02)).toBe(false);
  });
});

describe('oneNodeLimits', () => {
  it('names what runs out first', () => {
    const limits = oneNodeLimits(silent, costs, assumptions);
    expect(limits.map(({ limit }) => limit)).toEqual(['what was measured', 'CPU of a node', 'memory of a node']);
    expect(limits[2]?.connections).toBeCloseTo((8e9 - 200e6) / 10_000, -1);
  });
});

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
