/** Schemas for the server, tests and documentation. */
export * from './account-schemas.ts';
export { operatorProtocol } from './operator-protocol.ts';
export * from './overview-schemas.ts';
export * from './server-schemas.ts';
export * from './traffic-schemas.ts';
