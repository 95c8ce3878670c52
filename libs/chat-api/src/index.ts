/** Types only: a page that imports them loads no code. */
export type * from './schemas.ts';
