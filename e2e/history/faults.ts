import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterNode } from '../cluster/cluster-node.ts';
import type { TestCluster } from '../cluster/test-cluster.ts';
import type { Random } from './random.ts';
import type { Recorder } from './recorder.ts';

/** How long a fault lasts, in milliseconds. Longer than the lease of a node, or shorter. */
const [shortestMs, longestMs] = [300, 6_000];

interface Fault {
  readonly name: string;
  begin(node: ClusterNode, cluster: TestCluster): Promise<void> | void;
  end(node: ClusterNode, cluster: TestCluster): Promise<void> | void;
  /** Whether the fault affects one node only. */
  readonly isLocal: boolean;
}

type Store = 'redis' | 'postgres';

function networkFault(store: Store, network: 'cut' | 'hung', name = `${store} ${network}`): Fault {
  return {
    name,
    isLocal: true,
    begin: (node) => {
      node[store].set(network);
    },
    end: (node) => {
      node[store].set('open');
    },
  };
}

const slow: Fault = {
  name: 'postgres slow',
  isLocal: true,
  begin: (node) => {
    node.postgres.delay(150);
  },
  end: (node) => {
    node.postgres.delay(0);
  },
};

const commonFaults: readonly Fault[] = [
  networkFault('postgres', 'cut'),
  networkFault('postgres', 'hung'),
  slow,
  { name: 'kill', isLocal: true, begin: (node) => node.kill(), end: (node) => node.start() },
  {
    name: 'pause',
    isLocal: true,
    begin: (node) => {
      node.pause();
    },
    end: (node) => {
      node.resume();
    },
  },
  {
    name: 'postgres killed',
    isLocal: false,
    begin: (_node, { postgres }) => postgres.kill(),
    end: (_node, { postgres }) => postgres.start(),
  },
];

/** Faults of a cluster on one Redis. */
const redisFaults: readonly Fault[] = [
  networkFault('redis', 'cut'),
  networkFault('redis', 'hung'),
  {
    name: 'redis dead, then empty',
    isLocal: false,
    begin: (_node, { redis }) => redis.kill(),
    end: (_node, { redis }) => redis.start(),
  },
  {
    name: 'redis paused',
    isLocal: false,
    begin: (_node, { redis }) => {
      redis.pause();
    },
    end: (_node, { redis }) => {
      redis.resume();
    },
  },
];

/** Faults of a cluster with the option `sentinel`, in which the proxy of a node is in front of the Sentinel. */
const sentinelFaults: readonly Fault[] = [
  networkFault('redis', 'cut', 'sentinel cut'),
  networkFault('redis', 'hung', 'sentinel hung'),
  {
    name: 'redis failed over',
    isLocal: false,
    begin: (_node, { sentinel }) => sentinel.failOver(),
    end: (_node, { sentinel }) => sentinel.restartKilled(),
  },
];

/** Returns the faults that can occur in a cluster with or without the option `sentinel`. */
const faultsOf = (sentinel: boolean): readonly Fault[] => [
  ...(sentinel ? sentinelFaults : redisFaults),
  ...commonFaults,
];

/** Returns the names of the faults that can occur in a cluster with or without the option `sentinel`. */
export const faultNames = (sentinel: boolean): readonly string[] => faultsOf(sentinel).map(({ name }) => name);

/**
 * Causes random faults, one after the other, until `isRunning` returns false. All faults have ended when it resolves.
 *
 * @returns how often each fault occurred
 */
export async function causeFaults(
  cluster: TestCluster,
  options: {
    readonly recorder: Recorder;
    readonly random: Random;
    readonly isRunning: () => boolean;
    /** Whether the cluster has the option `sentinel`. */
    readonly sentinel: boolean;
    /** The names of the faults to choose from. Defaults to all. */
    readonly names?: readonly string[] | undefined;
  },
): Promise<ReadonlyMap<string, number>> {
  const { recorder, random, isRunning, sentinel, names = faultNames(sentinel) } = options;
  const chosen = faultsOf(sentinel).filter(({ name }) => names.includes(name));
  const counts = new Map<string, number>();
  while (isRunning() && chosen.length > 0) {
    await delay(random.between(100, 500));
    const fault = random.pick(chosen);
    const node = random.pick(cluster.nodes);
    const where = fault.isLocal ? { node: cluster.nodes.indexOf(node) } : {};
    counts.set(fault.name, (counts.get(fault.name) ?? 0) + 1);
    recorder.add({ type: 'fault', name: fault.name, phase: 'begin', at: performance.now(), ...where });
    await fault.begin(node, cluster);
    const until = performance.now() + random.between(shortestMs, longestMs);
    while (isRunning() && performance.now() < until) await delay(Math.min(100, Math.max(0, until - performance.now())));
    await fault.end(node, cluster);
    recorder.add({ type: 'fault', name: fault.name, phase: 'end', at: performance.now(), ...where });
  }
  return counts;
}
