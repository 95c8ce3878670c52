import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { closeCode } from '@usher/protocol';
import type { Identity, Socket, SocketListener } from '@usher/realtime';
import { attach } from '@usher/realtime/ws';
import type { Gate } from '@usher/ticket/node';
import type { WebSocket } from 'ws';
import { AdmittedClient } from './admission.ts';

function ignore(): void {
  // The socket is closed anyway.
}

/** The connections of a protocol. */
interface Opener {
  open(socket: Socket, identity: Identity, options: { readonly lease: number }): { readonly listener: SocketListener };
}

export interface SocketsOptions {
  readonly gate: Gate;
  /** A `WebSocketServer` of `ws` with the option `noServer`, or that of `@fastify/websocket`. */
  readonly server: {
    handleUpgrade(request: IncomingMessage, network: Duplex, head: Buffer, done: (ws: WebSocket) => void): void;
  };
  /** Returns the connections that serve a subprotocol. */
  readonly connectionsOf: (protocol: string) => Opener;
  /** Called with the network socket of each admitted handshake, before it is upgraded. */
  readonly onUpgrade?: ((network: Duplex) => void) | undefined;
}

/** Opens a connection for each handshake that the gate admits. */
export function openConnections({ gate, server, connectionsOf, onUpgrade }: SocketsOptions): void {
  // Bypasses a framework's router. The gate has already authenticated the request, and a route would add a request, a reply and their
  // hooks: more than 10 % of the cost of a connect, and memory for as long as the socket is open.
  gate.server.on('upgrade', (request: IncomingMessage, network: Duplex, head: Buffer) => {
    // Sends the 101 and the `welcome` frame in one write, because system calls dominate the cost of a connect.
    network.cork();
    onUpgrade?.(network);
    server.handleUpgrade(request, network, head, (ws) => {
      open(ws, request);
    });
    setImmediate(() => {
      network.uncork();
    });
  });

  function open(ws: WebSocket, request: IncomingMessage): void {
    const { identity: client, protocol } = gate.admitted(request);
    if (client instanceof AdmittedClient && client.reservation.claim()) {
      const connections = connectionsOf(protocol);
      attach(ws, (socket) => connections.open(socket, client.identity, { lease: client.lease }).listener);
      return;
    }
    // An `error` event without a listener would end the process.
    ws.on('error', ignore);
    const isRevoked = client instanceof AdmittedClient && client.reservation.isRevoked;
    const { code, reason } = closeCode(isRevoked ? 'session_ended' : 'try_again_later');
    ws.close(code, reason);
  }
}
