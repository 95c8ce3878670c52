export type { ConnectionState, Reason, StateName, Step } from './connection-state.ts';
export { Disconnected, RequestFailed, TimedOut } from './errors.ts';
export { fetchTicket, type FetchTicketOptions } from './fetch-ticket.ts';
export type { Socket, SocketConstructor, TicketFunction, TicketSocketOptions, Timings } from './options.ts';
export { browserPage, type PageEvent, type PageSource } from './page.ts';
export type { RequestOptions } from './requests.ts';
export { TicketRefused } from './ticket-refused.ts';
export { TicketSocket } from './ticket-socket.ts';
export type { Welcome } from './welcome.ts';
