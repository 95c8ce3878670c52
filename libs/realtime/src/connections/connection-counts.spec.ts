import { createMemoryCluster, MemoryClusterStore } from '../cluster/cluster.ts';
import { connectionCountsContract } from '../testing.ts';
import { createMemoryConnectionCounts, MemoryConnectionCountsStore } from './connection-counts.ts';

connectionCountsContract('the memory store', () => {
  const clusters = new MemoryClusterStore();
  const store = new MemoryConnectionCountsStore();
  const [here, there, third] = ['here', 'there', 'third'].map((id) => createMemoryCluster({ store: clusters, id }));
  if (here === undefined || there === undefined || third === undefined) throw new Error('three clusters are required');
  return {
    here: createMemoryConnectionCounts({ store, cluster: here }),
    there: createMemoryConnectionCounts({ store, cluster: there }),
    third: createMemoryConnectionCounts({ store, cluster: third }),
    crash: () => third.close(),
  };
});
