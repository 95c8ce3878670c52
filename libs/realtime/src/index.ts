/** Connections over any socket, and the bus between nodes. `@usher/realtime/rooms` serves rooms on them. */
export { createConnections } from './connections/connections.ts';
export type { Connection, Identity } from './connections/connection.ts';
export type {
  ConnectionFilter,
  Connections,
  ConnectionsObserver,
  ConnectionsOptions,
  Handler,
  Renewal,
  SignalHandler,
} from './connections/connections-types.ts';
export type { Frame } from './connections/frame.ts';
export type { Limits } from './connections/limits.ts';
export { RequestError } from './support/errors.ts';
export type { Socket, SocketListener } from './connections/socket.ts';
export type { Logger } from './support/log.ts';

export type { Bus } from './bus/bus.ts';
export { createMemoryBus } from './bus/memory-bus.ts';

export { createClusterRequests, type ClusterRequests, type ClusterResponse } from './bus/cluster-request.ts';
