/** Contract suites for implementations of the ports, to be called in a Vitest file, and a socket without a network. */
export { busContract, type BusUnderTest } from './testing/bus-contract.ts';
export { clusterContract, type ClusterUnderTest } from './testing/cluster-contract.ts';
export { connectionCountsContract, type ConnectionCountsUnderTest } from './testing/connection-counts-contract.ts';
export { createFakeSocket, type FakeSocket, type ReceivedFrame } from './testing/fake-socket.ts';
export { historyContract, type HistoryUnderTest } from './testing/history-contract.ts';
export {
  membershipsContract,
  type MembershipsOfNode,
  type MembershipsUnderTest,
  readMarkersContract,
} from './testing/memberships-contract.ts';
export { presenceContract } from './testing/presence-contract.ts';
export type { PresenceUnderTest } from './testing/presence-under-test.ts';
