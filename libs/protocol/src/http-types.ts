/** Bodies of HTTP responses that every Usher client or operator reads. Their schemas are in `@usher/protocol/server`. */
export interface TokenResponse {
  token: string;
  /** Unix seconds. */
  expires: number;
}

export interface TicketResponse {
  /** 256 random bits, base64url; single use. */
  ticket: string;
  /** Unix seconds. */
  expires: number;
  /** How long to wait before connecting, in milliseconds. */
  connectAfterMs: number;
}

/** The proof of a revocation: the connections that each live node closed. */
export interface Proof {
  closed: number;
  nodes: {
    node: string;
    closed: number;
    /** Milliseconds from the request to the response of this node. */
    ms: number;
  }[];
}
