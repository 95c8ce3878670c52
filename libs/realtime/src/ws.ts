/** Sockets of the `ws` package (server side) for the hub. */
export { attach, serverOptions } from './sockets/ws-socket.ts';
