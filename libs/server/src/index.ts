/** Tickets, gate, connections and rooms as one server for `node:http`. Adapters: `/fastify`, `/express`, `/nest`, `/hono`. */
export { createUsher } from './create-usher.ts';
export type { CredentialCounts, RoomsOf, Usher } from './usher/usher.ts';
export type { AdmittedUser, Admit, Replay, UsherHooks, UsherLimits, UsherOptions } from './options.ts';
export { clientAddress, proxyTrust, type Trust, type TrustProxy } from './http/client-address.ts';
export { limitedWarnings, type LimitedWarningsOptions } from './http/warnings.ts';
/** The parts of `createUsher`, for servers that compose them by hand. */
export { AdmittedClient, ClientAdmission, type ClientAdmissionOptions, retryAfterMs } from './usher/admission.ts';
export { createRenewal, type RenewalOptions } from './usher/renewal.ts';
export { settledWithin } from './usher/settled-within.ts';
export { openConnections, type SocketsOptions } from './usher/sockets.ts';
