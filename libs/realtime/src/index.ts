/** Connections, rooms and recovery over any socket. `@usher/realtime/ws` adapts sockets of the `ws` package. */
export type { Bus, BusSubscriber } from './bus/bus.ts';
export type { Connection, Identity } from './connections/connection.ts';
export { createConnections } from './connections/connections.ts';
export { Frame } from './connections/frame.ts';
export {
  changeDenial,
  keyConflict,
  UnknownRoom,
  type Appended,
  type Entry,
  type History,
  type HistoryPage,
  type Range,
  type RoomHead,
} from './rooms/history.ts';
export type {
  Call,
  Closed,
  ConnectionFilter,
  Connections,
  ConnectionsObserver,
  ConnectionsOptions,
  Cost,
  Handler,
  OpenOptions,
  Renewal,
  Replied,
  ServeOptions,
  SignalHandler,
} from './connections/connections-types.ts';
export { resolveLimits, type Limits } from './connections/limits.ts';
export type { Logger } from './support/log.ts';
export type { Marks, Unread } from './marks/marks.ts';
export { createMemoryBus, MemoryBusStore, type MemoryBus, type MemoryBusOptions } from './bus/memory-bus.ts';
export { limitToFrame } from './rooms/page.ts';
export { createMemoryHistory, type MemoryHistory, type MemoryHistoryOptions } from './rooms/memory-history.ts';
export { createMemoryMarks } from './marks/memory-marks.ts';
export { createMemoryPresence } from './presence/memory-presence.ts';
export {
  type PresentStatus,
  maxPresent,
  type Presence,
  type PresenceChange,
  type PresenceList,
  type PresenceView,
  type Status,
} from './presence/presence.ts';
export { RequestError } from './connections/request-error.ts';
export type {
  Authorize,
  Member,
  RoomAction,
  Rooms,
  RoomsObserver,
  RoomsOptions,
  AccessDecision,
} from './rooms/room-types.ts';
export { createRooms } from './rooms/rooms.ts';
export type { Socket, SocketListener } from './connections/socket.ts';
export { type Cluster, createMemoryCluster, type MemoryClusterOptions, MemoryClusterStore } from './cluster/cluster.ts';
export {
  ClusterCommands,
  type ClusterCommandsOptions,
  type ClusterResults,
  type NodeResult,
} from './cluster/cluster-commands.ts';
export { ConnectionReservations, type Reservation, type ReservationsOptions } from './connections/reservations.ts';
export {
  type RevocableSessions,
  type RevocationProof,
  SessionRevocation,
  type SessionRevocationOptions,
} from './revocation/session-revocation.ts';
export { StoreTimeout } from './support/deadline.ts';
