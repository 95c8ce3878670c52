/** Keeps a user signed in: holds the access token in memory and refreshes it once for all tabs. */
export { createSessionKeeper } from './session/keeper.ts';
export { sessionByCookie, type SessionByCookieOptions } from './session/session-by-cookie.ts';
export { RefreshRefused, SessionOver } from './session/session-errors.ts';
export type {
  Person,
  SessionKeeper,
  SessionKeeperOptions,
  SessionServer,
  SessionState,
  SignInAnswer,
} from './session/session-types.ts';
export { browserTabs, type Channel, type Locks, type Tabs } from './session/tabs.ts';
export { ticketFrom, wantsAnotherToken } from './session/ticket-from.ts';
