import type { EndCause, Proof } from '@usher/protocol';

/** What came of an end, and whether every live node has said so. */
export interface EndProof extends Proof {
  readonly complete: boolean;
}

/** Ends what somebody has, everywhere at once. */
export interface Endings {
  /**
   * Ends sessions: durable first, then every node takes their seats and tickets away and closes their sockets. From the moment
   * when this resolves nothing of them is served by any node that answered; a node that did not looks them up by itself.
   */
  sessions(sessions: readonly string[], cause: EndCause): Promise<EndProof>;
  /** Closes one connection, on whichever node it is. Its session lives on. */
  connection(id: string): Promise<EndProof>;
  stop(): void;
}
