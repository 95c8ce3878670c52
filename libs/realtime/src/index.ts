/** Connections, rooms and recovery over any socket. Sockets of `ws` come from `@usher/realtime/ws`. */
export type { Bus } from './bus.ts';
export type { Connection, Identity } from './connection.ts';
export { createConnections } from './connections.ts';
export { Frame } from './frame.ts';
export {
  refusalOfChange,
  UnknownRoom,
  type Appended,
  type Entry,
  type History,
  type HistoryPage,
  type Range,
} from './history.ts';
export type {
  Call,
  Closed,
  ConnectionFilter,
  Connections,
  ConnectionsObserver,
  ConnectionsOptions,
  Handler,
  OpenOptions,
  Renewal,
  Replied,
  SignalHandler,
} from './hub.ts';
export { resolveLimits, type Limits } from './limits.ts';
export type { Logger } from './log.ts';
export type { Marks, Unread } from './marks.ts';
export { createMemoryBus } from './memory-bus.ts';
export { createMemoryHistory, type MemoryHistory, type MemoryHistoryOptions } from './memory-history.ts';
export { createMemoryMarks } from './memory-marks.ts';
export { createMemoryPresence } from './memory-presence.ts';
export {
  type Here,
  presentAtMost,
  type Presence,
  type PresenceChange,
  type PresenceList,
  type PresenceView,
  type Status,
} from './presence.ts';
export { RequestError } from './request-error.ts';
export type { Authorize, Member, RoomAction, Rooms, RoomsObserver, RoomsOptions, Verdict } from './room-types.ts';
export { createRooms } from './rooms.ts';
export type { Socket, SocketListener } from './socket.ts';
export { type Answered, createSurvey, type Gathered, type Survey, type SurveyOptions } from './survey.ts';
