import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { closeCode, type Protocol } from '@usher/protocol';
import type { Connections } from '@usher/realtime';
import { attach, serverOptions } from '@usher/realtime/ws';
import type { Gate } from '@usher/ticket/node';
import type { WebSocket, WebSocketServer } from 'ws';
import { AdmittedClient } from './admission.ts';

function ignore(): void {
  // The socket is closed anyway.
}

export interface SocketsOptions {
  readonly gate: Gate;
  readonly connections: Connections<Protocol>;
  readonly Server: typeof WebSocketServer;
  readonly onUpgrade: (network: Duplex) => void;
}

/** Opens a connection for each handshake that the gate admits. */
export function openConnections({ gate, connections, Server, onUpgrade }: SocketsOptions): void {
  const sockets = new Server({
    noServer: true,
    clientTracking: false,
    ...serverOptions,
    maxPayload: connections.limits.frameBytes,
  });
  gate.server.on('upgrade', (request: IncomingMessage, network: Duplex, head: Buffer) => {
    // Sends the 101 and the `welcome` frame in one write, because system calls dominate the cost of a connect.
    network.cork();
    onUpgrade(network);
    sockets.handleUpgrade(request, network, head, (ws) => {
      open(ws, gate.admitted(request).identity);
    });
    setImmediate(() => {
      network.uncork();
    });
  });

  function open(ws: WebSocket, client: unknown): void {
    if (client instanceof AdmittedClient && client.reservation.claim()) {
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
