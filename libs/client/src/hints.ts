/** Hints for developers about frequent configuration mistakes. Subscribe in development builds only. */
export { developerHints } from './socket/hints.ts';
