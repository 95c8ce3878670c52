/** Rooms on connections, and their ports: history, memberships, read markers and presence. */
export { createRooms } from './rooms/rooms.ts';
export type {
  Authorize,
  ClosedRoom,
  JoinedRoom,
  PublishOptions,
  Rooms,
  RoomsObserver,
  RoomsOptions,
} from './rooms/room-types.ts';
export { type AccessDecision, UnknownRoom } from './support/errors.ts';

export {
  type Appended,
  changeDenial,
  type Entry,
  type History,
  type HistoryPage,
  keyConflict,
  type Range,
  readOnlyRoom,
  type RoomHead,
} from './rooms/history.ts';
export { createMemoryHistory, type MemoryHistory } from './rooms/memory-history.ts';
export { limitToFrame } from './rooms/page.ts';

export type { Memberships } from './membership/memberships.ts';
export type { ReadMarkers, RoomUser, Unread } from './membership/read-markers.ts';
export {
  createMemoryMemberships,
  createMemoryReadMarkers,
  MemoryMembershipStore,
} from './membership/memory-memberships.ts';

export {
  maxPresent,
  noRoom,
  type Presence,
  type PresenceChange,
  PresenceLeaseExpired,
  type PresenceList,
  type PresenceRenewal,
  type PresenceView,
  type PresentStatus,
  type Status,
} from './presence/presence.ts';
export { createMemoryPresence, MemoryPresenceStore } from './presence/memory-presence.ts';
