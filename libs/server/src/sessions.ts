/** Sign-in sessions with a refresh token in a cookie, as `sessionByCookie` of `@usher/client/session` expects them. */
export { type CookieSessions, type CookieSessionsOptions, createCookieSessions } from './sessions/cookie-sessions.ts';
export { createMemorySessionStore, type SessionStore, type StoredSession } from './sessions/session-store.ts';
export {
  type ConsumedSecret,
  formatRefreshToken,
  hashOf,
  newRefreshToken,
  parseRefreshToken,
  type RefreshToken,
  seal,
  successorOf,
  unseal,
} from './sessions/refresh-token.ts';
