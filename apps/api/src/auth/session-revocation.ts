import type { EndCause, Proof } from '@usher/protocol';

/** The proof of a revocation, and whether every live node reported its part. */
export interface RevocationProof extends Proof {
  readonly complete: boolean;
}

/** Revokes sessions and closes connections on all nodes. */
export interface SessionRevocation {
  /**
   * Revokes sessions. The revocation is durable before any node acts on it. Every node then revokes the reservations and tickets of
   * the sessions and closes their sockets. When the promise resolves, no node in the proof serves these sessions any longer. A node
   * that did not respond validates its sessions itself when it is back.
   */
  revokeSessions(sessions: readonly string[], cause: EndCause): Promise<RevocationProof>;
  /** Closes one connection on any node. Its session stays valid. */
  closeConnection(id: string): Promise<RevocationProof>;
  stop(): void;
}
