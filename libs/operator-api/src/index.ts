/** Types only: a page that imports them loads no code. */
export type * from './account-schemas.ts';
export type { OperatorProtocol } from './operator-protocol.ts';
export type * from './overview-schemas.ts';
export type * from './server-schemas.ts';
export type * from './traffic-schemas.ts';
