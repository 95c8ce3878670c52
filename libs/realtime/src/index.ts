/** Connections, rooms and recovery over any socket. `@usher/realtime/ws` adapts sockets of the `ws` package. */
export type { Bus } from './bus/bus.ts';
export type { Connection, Identity } from './connections/connection.ts';
export { createConnections } from './connections/connections.ts';
export { Frame } from './connections/frame.ts';
export {
  changeDenial,
  keyConflict,
  type Appended,
  type Entry,
  type History,
  type HistoryPage,
  type Range,
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
export type { Memberships } from './membership/memberships.ts';
export type { ReadMarkers, RoomUser, Unread } from './membership/read-markers.ts';
export { type AccessDecision, UnknownRoom } from './errors/room-errors.ts';
export { createMemoryBus } from './bus/memory-bus.ts';
export { limitToFrame } from './rooms/page.ts';
export { createMemoryHistory, type MemoryHistory, type MemoryHistoryOptions } from './rooms/memory-history.ts';
export {
  createMemoryMemberships,
  createMemoryReadMarkers,
  MemoryMembershipStore,
  type MessageReader,
} from './membership/memory-memberships.ts';
export {
  createMemoryPresence,
  MemoryPresenceStore,
  type MemoryPresenceStoreOptions,
} from './presence/memory-presence.ts';
export {
  type PresentStatus,
  maxPresent,
  type Presence,
  type PresenceChange,
  PresenceLeaseExpired,
  type PresenceList,
  type PresenceRenewal,
  type PresenceView,
  noRoom,
  type Status,
} from './presence/presence.ts';
export { RequestError } from './connections/request-error.ts';
export type { Authorize, Member, RoomAction, Rooms, RoomsObserver, RoomsOptions } from './rooms/room-types.ts';
export { createRooms } from './rooms/rooms.ts';
export type { Socket, SocketListener } from './connections/socket.ts';
export {
  type NodeResponse,
  createClusterRequests,
  type ClusterResponse,
  type ClusterRequests,
  type ClusterRequestsOptions,
} from './bus/cluster-request.ts';
