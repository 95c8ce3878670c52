import { describe, expect, it } from 'vitest';
import { coresOf, type Demand, demandOf, type Deployment, nodesWith } from './demand.ts';
import { assumptions, type Costs, type Workload } from './model.ts';
import { breaksAt, oneNodeLimits, planOf } from './plan.ts';
import { seededRandom, stormOf } from './storm.ts';

const costs: Costs = {
  connectMicros: 500,
  reconnectMicros: 1_000,
  heartbeatMicros: 25,
  deliveryMicros: 10,
  sendMicros: 100,
  sendsPerSecond: 10_000,
  residentBytes: 200e6,
  connectionBytes: 10_000,
  maxConnections: 20_000,
};
const idle: Workload = {
  name: 'idle',
  title: 'no messages',
  roomSize: 20,
  listed: 1,
  joined: 1,
  messagesPerMinute: 0,
  readsPerMinute: 0,
  reconnectsPerHour: 0,
};
const chat: Workload = { ...idle, listed: 3, messagesPerMinute: 1, readsPerMinute: 1, reconnectsPerHour: 2 };
const large: Workload = { ...idle, roomSize: 1_000_000, messagesPerMinute: 60 / 1_000_000, reconnectsPerHour: 2 };

const demand = (deployment: Partial<Deployment>): Demand =>
  demandOf({ workload: chat, connections: 1_000_000, nodes: 1, ...deployment }, costs, assumptions);

describe('nodesWith', () => {
  it('is one node for one user, and all nodes for many users', () => {
    expect(nodesWith(1, 50)).toBeCloseTo(1);
    expect(nodesWith(1_000_000, 50)).toBeCloseTo(50);
    expect(nodesWith(20, 1)).toBeCloseTo(1);
    expect(nodesWith(20, 1_000_000)).toBeCloseTo(20, 2);
  });

  it('matches a simulation with randomly distributed users', () => {
    const random = seededRandom(7);
    const [users, nodes, runs] = [20, 50, 4_000];
    let sum = 0;
    for (let n = 0; n < runs; n += 1) {
      sum += new Set(Array.from({ length: users }, () => Math.floor(random() * nodes))).size;
    }
    expect(Math.abs(sum / runs - nodesWith(users, nodes))).toBeLessThan(0.1);
  });
});

describe('demandOf', () => {
  it('counts only heartbeats for idle connections', () => {
    const found = demand({ workload: idle, connections: 10_000 });
    expect(coresOf(found)).toBeCloseTo((10_000 / 25) * 25e-6);
    expect(found).toMatchObject({ bytes: 300e6, subscriptions: 0, redisPerSecond: 0, rowsPerSecond: 0 });
  });

  it('delivers a message to every member of an open room and stores one row', () => {
    const found = demand({ workload: { ...idle, messagesPerMinute: 6 }, connections: 1_000 });
    expect(found.rowsPerSecond).toBeCloseTo(100);
    expect(found.cores.deliveries).toBeCloseTo(100 * 20 * 10e-6);
    expect(found.cores.sends).toBeCloseTo(100 * 100e-6);
    expect(found.countsPerSecond).toBe(0);
  });

  it('publishes a read marker once and delivers it once, however many nodes there are', () => {
    const usesOf = (nodes: number): number => demand({ nodes }).cores['user events'] * nodes;
    expect(usesOf(1_000)).toBeCloseTo(((2 * 1_000_000) / 60) * 20e-6 + ((2 * 2 * 1_000_000) / 3_600) * 20e-6);
    expect(usesOf(10)).toBeCloseTo(usesOf(1_000));
    expect(usesOf(1)).toBe(0);
  });

  it('subscribes to the topics of rooms with members on the node, and of its users', () => {
    const found = demand({ workload: { ...idle, listed: 1, roomSize: 1 }, connections: 1_000, nodes: 10 });
    expect(found.subscriptions).toBeCloseTo(100 * 3 + 100);
  });

  it('publishes no presence of large rooms, so that no topic receives presence of a room from all users', () => {
    const found = demand({ workload: large, nodes: 50 });
    expect(found.cores.presence).toBe(0);
    expect(found.busiestTopic.name).toBe('one room');
  });
});

describe('planOf', () => {
  const plan = (workload: Workload, connections: number) => planOf({ workload, connections }, costs, assumptions);
  /** Rooms of a million members with 3,000 messages per second, which 100 members have open. */
  const loud: Workload = { ...large, joined: 0.0001, messagesPerMinute: (60 * 3_000) / 1_000_000 };

  it('finds the fewest nodes, so that one node fewer exceeds a limit', () => {
    expect(plan(chat, 1_000_000)).toMatchObject({ nodes: 50, because: 'measured connections' });
    const busy = { ...chat, messagesPerMinute: 60 };
    const found = plan(busy, 1_000_000);
    if (!('nodes' in found)) throw new Error(found.limit);
    expect(found.because).toBe('node CPU');
    expect(coresOf(found.demand)).toBeLessThanOrEqual(0.7);
    expect(coresOf(demand({ workload: busy, nodes: found.nodes - 1 }))).toBeGreaterThan(0.7);
  });

  it('reports the limit that more nodes do not lift', () => {
    expect(plan(chat, 1_000_000_000)).toEqual({ limit: 'measured connections', cause: 'too many for the nodes' });
    expect(plan(loud, 1_000_000)).toEqual({ limit: 'one topic on one Redis shard', cause: 'one room' });
  });

  it('exceeds a limit at exactly the number of connections that breaksAt returns', () => {
    const { connections = 0 } = breaksAt({ workload: chat }, costs, assumptions) ?? {};
    expect(plan(chat, Math.round(connections / 1.02))).toHaveProperty('nodes');
    expect(plan(chat, Math.round(connections * 1.02))).not.toHaveProperty('nodes');
  });
});

describe('oneNodeLimits', () => {
  it('lists the limits in ascending order', () => {
    const limits = oneNodeLimits(idle, costs, assumptions);
    expect(limits.map(({ limit }) => limit)).toEqual(['measured connections', 'node CPU', 'node memory']);
    expect(limits[2]?.connections).toBeCloseTo((8e9 - 200e6) / 10_000, -1);
  });
});

describe('stormOf', () => {
  const storm = (connections: number, seed = 1) =>
    stormOf({ connections, assumed: assumptions, random: seededRandom(seed) });

  it('is reproducible with a seed', () => {
    expect(storm(5_000)).toEqual(storm(5_000));
    expect(storm(5_000)).not.toEqual(storm(5_000, 2));
  });

  it('admits a burst of one second, then the configured rate', () => {
    const { maxConnects, lastSeconds, ticketCalls } = storm(20_000);
    // The burst and the configured rate can fall into the same second.
    expect(maxConnects).toBeLessThanOrEqual(1_000);
    expect(lastSeconds).toBeCloseTo((20_000 - 500) / 500, 0);
    expect(ticketCalls).toBe(20_000);
  });

  it('lets clients retry whose slot would be more than a minute away', () => {
    const { ticketCalls, lastSeconds } = storm(60_000);
    expect(ticketCalls).toBeGreaterThan(60_000);
    expect(lastSeconds).toBeGreaterThanOrEqual((60_000 - 500) / 500);
  });

  it('reports no late clients below the slot rate', () => {
    expect(storm(1_000)).toMatchObject({ beyondGrace: 0, ticketCalls: 1_000 });
    expect(storm(20_000).beyondGrace).toBeGreaterThan(0.5);
  });
});
