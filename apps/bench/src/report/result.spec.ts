import { describe, expect, it } from 'vitest';
import type { Measurement, Sample } from '../measurement.ts';
import type { PeerName } from '../peers.ts';
import { resultOf, saturated } from './result.ts';

const measurement: Measurement = {
  name: 'echo',
  title: 'Echo',
  unit: 'replies/s',
  better: 'more',
  peers: ['ws', 'socket-io', 'usher'],
  goals: [{ to: 'ws', bound: 0.9 }, { to: 'socket-io', bound: 3 }, { bound: 95 }],
  rounds: { full: 3, quick: 1 },
  prepare: () => () => Promise.reject(new Error('not used')),
};
const at = new Date('2026-01-02T03:04:05Z');

function sample(value: number, more: Partial<Sample> = {}): Sample {
  return { value, operations: 1_000, usage: { wallMs: 1_000, serverMs: 900, loadMs: 500, machineMs: 1_500 }, ...more };
}

function result(samples: Partial<Record<PeerName, Sample[]>>, failed: Partial<Record<PeerName, string>> = {}) {
  const entries = <T>(of: Partial<Record<PeerName, T>>): [PeerName, T][] => Object.entries(of) as [PeerName, T][];
  return resultOf(measurement, { samples: new Map(entries(samples)), failed: new Map(entries(failed)) }, 3, at);
}

describe('resultOf', () => {
  it('compares per round, so that a slower machine does not change a ratio', () => {
    const { rows } = result({
      ws: [sample(100), sample(50), sample(20)],
      usher: [sample(90), sample(45), sample(18)],
    });
    expect(rows.map(({ peer, ratio }) => [peer, ratio])).toEqual([
      ['ws', undefined],
      ['usher', 0.9],
    ]);
    expect(rows[1]?.figures).toMatchObject({ min: 18, median: 45, max: 90 });
  });

  it('reports CPU time per operation, saturation and the CPU use of other processes', () => {
    const [row] = result({ ws: [sample(100), sample(110)] }).rows;
    expect(row).toMatchObject({
      serverCores: 0.9,
      loadCores: 0.5,
      saturated: 'server',
      serverMicros: 900,
      loadMicros: 500,
    });
    expect(row?.otherCores).toBeCloseTo(0.1);
  });

  it('omits the server’s CPU time if the system does not report it', () => {
    const usage = { wallMs: 1_000, loadMs: 950, machineMs: 1_000 };
    const [row] = result({ ws: [sample(100, { usage })] }).rows;
    expect(row).toMatchObject({ loadCores: 0.95, saturated: 'load' });
    expect(row).not.toHaveProperty('serverCores');
    expect(row).not.toHaveProperty('otherCores');
  });

  it('compares an additional value of another subject, by ratio or difference', () => {
    const compared: Measurement = {
      ...measurement,
      better: 'less',
      peers: ['usher-postgres', 'usher-redis'],
      subject: 'usher-redis',
      goals: [
        { to: 'usher-postgres', extra: 'p50, ms', by: 'difference', bound: 0.5 },
        { to: 'usher-postgres', bound: 1.15 },
        { extra: 'p50, ms', bound: 1 },
        { extra: 'not measured', bound: 1 },
      ],
    };
    const rounds = (...values: number[]): Sample[] =>
      values.map((p50) => sample(10 * p50, { extras: { 'p50, ms': p50 } }));
    const samples = new Map<PeerName, Sample[]>([
      ['usher-postgres', rounds(1, 2, 4)],
      ['usher-redis', rounds(1.25, 2.5, 5)],
    ]);
    const { goals } = resultOf(compared, { samples, failed: new Map() }, 3, at);
    expect(goals.map(({ reached, met }) => [reached, met])).toEqual([
      [0.5, true],
      [1.25, false],
      [2.5, false],
      [undefined, false],
    ]);
  });

  it('reports the CPU time of the services of a deployment per operation', () => {
    const usage = { wallMs: 1_000, serverMs: 900, parts: { nodes: 600, Redis: 300 }, loadMs: 500, machineMs: 1_500 };
    const [row] = result({ ws: [sample(100, { usage }), sample(110, { usage })] }).rows;
    expect(row?.extras).toEqual({ 'nodes, µs each': 600, 'Redis, µs each': 300 });
  });

  it('evaluates the goals', () => {
    const { goals } = result({ ws: [sample(100)], 'socket-io': [sample(50)], usher: [sample(90)] });
    expect(goals).toEqual([
      { to: 'ws', bound: 0.9, reached: 0.9, met: true },
      { to: 'socket-io', bound: 3, reached: 1.8, met: false },
      { bound: 95, reached: 90, met: false },
    ]);
  });

  it('treats bounds as maximums if less is better', () => {
    const samples = new Map<PeerName, Sample[]>([
      ['ws', [sample(10)]],
      ['usher', [sample(12)]],
    ]);
    const goals = [{ to: 'ws', bound: 1.4 } as const, { bound: 11 }];
    const less = resultOf({ ...measurement, better: 'less', goals }, { samples, failed: new Map() }, 1, at);
    expect(less.goals.map(({ met }) => met)).toEqual([true, false]);
  });

  it('misses a goal against a peer that failed, and reports the reason', () => {
    const made = result({ ws: [sample(100)], usher: [sample(90)] }, { 'socket-io': 'it ended' });
    expect(made.failed).toEqual([{ peer: 'socket-io', reason: 'it ended' }]);
    expect(made.goals[1]).toEqual({ to: 'socket-io', bound: 3, met: false });
  });

  it('reports the medians of the additional values', () => {
    const extras = (ms: number): Partial<Sample> => ({ extras: { 'quiet, ms': ms } });
    const [row] = result({ ws: [sample(1, extras(5)), sample(1, extras(7)), sample(1, extras(6))] }).rows;
    expect(row?.extras).toEqual({ 'quiet, ms': 6 });
  });
});

it.each([
  [0.99, 0.4, 'server'],
  [0.5, 0.97, 'load'],
  [1.02, 0.9, 'both'],
  [0.3, 0.3, 'neither'],
  [undefined, 0.9, 'load'],
] as const)('a server at %d and a load at %d cores: %s', (server, load, expected) => {
  expect(saturated(server, load)).toBe(expected);
});
