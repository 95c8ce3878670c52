/** Adapts server-side sockets of the `ws` package. */
export { attach, serverOptions } from './sockets/ws-socket.ts';
