import { expect, test } from 'vitest';
import { clusterContract } from '../testing/cluster-contract.ts';
import { createMemoryCluster, MemoryClusterStore } from './cluster.ts';

clusterContract('the memory cluster', () => {
  const store = new MemoryClusterStore();
  return {
    here: createMemoryCluster({ store }),
    there: createMemoryCluster({ store }),
    join: () => createMemoryCluster({ store }),
  };
});

test('rejects a second node with the same id', () => {
  const store = new MemoryClusterStore();
  createMemoryCluster({ store, id: 'one' });
  expect(() => createMemoryCluster({ store, id: 'one' })).toThrow('the cluster already has a node "one"');
});
