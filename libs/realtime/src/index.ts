/** Connections over any socket, and the bus between nodes. `@usher/realtime/rooms` serves rooms on them. */
export { createConnections } from './connections/connections.ts';
export type { Connection, Identity } from './connections/connection.ts';
export type {
  ConnectionFilter,
  Connections,
  ConnectionsObserver,
  ConnectionsOptions,
  Handler,
  OpenOptions,
  Renewal,
  SignalHandler,
} from './connections/connections-types.ts';
export type { Handled, IncomingMessage, Middleware } from './connections/middleware.ts';
export { ServerRequestFailed } from './connections/server-requests.ts';
export type { Delivery, SendOptions, Target, TargetFilter } from './connections/targets.ts';
export type { Frame } from './connections/frame.ts';
export type { Limits } from './connections/limits.ts';
export { RequestError } from './support/errors.ts';
export type { Socket, SocketListener } from './connections/socket.ts';
export type { Logger } from './support/log.ts';

export type { Bus, BusSubscriber } from './bus/bus.ts';
export { createMemoryBus, type MemoryBus, type MemoryBusOptions, MemoryBusStore } from './bus/memory-bus.ts';

export { type Cluster, createMemoryCluster, type MemoryClusterOptions, MemoryClusterStore } from './cluster/cluster.ts';
export {
  ClusterCommands,
  type ClusterCommandsOptions,
  type ClusterResults,
  type NodeResult,
} from './cluster/cluster-commands.ts';
export {
  type ConnectionCounts,
  createMemoryConnectionCounts,
  type MemoryConnectionCountsOptions,
  MemoryConnectionCountsStore,
} from './connections/connection-counts.ts';
export { ConnectionReservations, type Reservation, type ReservationsOptions } from './connections/reservations.ts';
export {
  type RevocableSessions,
  type RevocationProof,
  SessionRevocation,
  type SessionRevocationOptions,
} from './revocation/session-revocation.ts';
export type { RealtimeTracing, TracedDeliveryStart, TracedOperation } from './connections/tracing.ts';
export { StoreTimeout } from './support/deadline.ts';
