/** Keeps a user signed in: holds the access token in memory and refreshes it once for all tabs. */
export { createSessionKeeper } from './session/keeper.ts';
export { sessionByCookie, type SessionByCookieOptions } from './session/session-by-cookie.ts';
export { RefreshRefused, SessionEnded } from './socket/errors.ts';
export type {
  SessionIdentity,
  SessionKeeper,
  SessionKeeperOptions,
  SessionServer,
  SessionState,
  SignInResponse,
} from './session/session-types.ts';
export { browserTabs, type Channel, type Locks, type Tabs } from './session/tabs.ts';
export { ticketFrom, needsNewToken } from './session/ticket-from.ts';
