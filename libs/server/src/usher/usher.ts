import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { AnyRoomsProtocol, EndCause, Protocol, RoomsProtocol } from '@usher/protocol';
import type { ConnectionReservations, Connections, RevocationProof, SessionRevocation } from '@usher/realtime';
import type { Rooms } from '@usher/realtime/rooms';
import type { Gate } from '@usher/ticket/node';

/** The rooms of a protocol, or `undefined` if it has none. */
export type RoomsOf<P extends Protocol> = P extends AnyRoomsProtocol ? Rooms<P> : undefined;

/** How many admitted handshakes presented a ticket, and how many an access token in the URL. */
export interface CredentialCounts {
  readonly ticket: number;
  readonly token: number;
  /** Rejected handshakes that presented a token after `acceptTokens.until`. */
  readonly closedToken: number;
}

/** The composed server: tickets, gate, connections, rooms, limits, revocation and drain. */
export interface Usher<P extends Protocol = RoomsProtocol> {
  /** The open connections of this node. Register the handlers of your own messages here. */
  readonly connections: Connections<P>;
  readonly rooms: RoomsOf<P>;
  /** Revokes sessions and closes connections on all nodes. */
  readonly revocation: SessionRevocation;
  /** Handshakes in progress, which count toward the limits. */
  readonly reservations: ConnectionReservations;
  readonly gate: Gate;
  /** Since the start of this node, for metrics. Shows when a migration from tokens in the URL is complete. */
  readonly credentials: CredentialCounts;
  /** Whether tickets and handshakes are rejected with `draining`. Never returns to `false`. */
  readonly draining: boolean;
  /**
   * Takes over all upgrades of an HTTP server, and its ticket calls unless a framework routes them. May be called for several servers.
   * @throws TypeError unless it is an HTTP/1.1 server of node:http or node:https
   */
  attach(server: HttpServer | HttpsServer): void;
  /**
   * Ends sessions: their tickets, handshakes and connections, on every node. Rejects only if the end may not be durable.
   * @param cause defaults to `signed_out`
   */
  revoke(session: string | readonly string[], cause?: EndCause): Promise<RevocationProof>;
  /** Rejects tickets and handshakes with `draining` from now on. Open connections stay open. */
  startDraining(): void;
  /**
   * Closes the open connections with 1012, spread over `spreadMs`, so that the clients do not return at the same moment. Resolves when all are
   * closed, after `withinMs` at the latest, with the number of those that did not finish the closing handshake.
   */
  drain(spreadMs: number, withinMs: number): Promise<number>;
  /** Drains, then stops everything that `createUsher` started. Idempotent. Call it before the HTTP server closes. */
  close(): Promise<void>;
}
