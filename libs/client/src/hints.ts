/** Hints for developers about common configuration mistakes. Subscribe in development builds only. */
export { developerHints } from './socket/hints.ts';
