import { roomBounds } from '@usher/protocol/server';

/** The limits of one connection. `welcome` announces the first four to the client. */
export interface Limits {
  /**
   * Maximum size of a frame from a client, in bytes. The adapter enforces it first (`ws`: `maxPayload`). Exceeding it closes with
   * 1009.
   */
  readonly frameBytes: number;
  /** Maximum length of a message text, in characters (code points). A longer text is rejected with `too_long`. */
  readonly textChars: number;
  /** Maximum number of rooms that one connection may join. A further `join` is rejected with `too_many_rooms`. */
  readonly rooms: number;
  /** Sustained rate of `send` per connection; 0 means no limit. A `send` above it is rejected with `rate_limited`. */
  readonly sendsPerSecond: number;
  /** Sends that may arrive at once after a pause. Defaults to three seconds of `sendsPerSecond`. */
  readonly sendBurst: number;
  /** The number of rejected sends within a minute that closes the connection with 4029. Defaults to 200. */
  readonly refusedSends: number;
  /**
   * Sustained cost of all requests and signals of one connection, in units per second; 0 means no limit. Defaults to 100. The cost
   * of a type is set where it is served (`connections.handle`, `connections.on`). Beyond the limit, requests are rejected with
   * `rate_limited` and signals are dropped.
   */
  readonly requestsPerSecond: number;
  /**
   * Units that may be spent at once after a pause. Defaults to 20 seconds of `requestsPerSecond`, enough to rejoin 128 rooms at
   * once.
   */
  readonly requestBurst: number;
  /**
   * The same limit for all connections of one user on this node together; 0 means no limit. Defaults to twice `requestsPerSecond`.
   */
  readonly userRequestsPerSecond: number;
  /** Defaults to 40 seconds of `userRequestsPerSecond`, enough for ten clients of one user to rejoin 128 rooms each. */
  readonly userRequestBurst: number;
  /** The number of rejected requests and dropped signals within a minute that closes the connection with 4029. Defaults to 1,000. */
  readonly refusedRequests: number;
  /** Bytes that may be buffered for a client that does not read. Exceeding it closes with 4009. */
  readonly bufferedBytes: number;
  /** Bytes that may be buffered for a client before volatile events to it are dropped. Defaults to 65,536. */
  readonly volatileBytes: number;
  /** Maximum number of pending requests of a connection. A further request is rejected with `rate_limited`. */
  readonly inFlight: number;
  /** The number of malformed frames that closes the connection with 4500. */
  readonly malformed: number;
}

const defaults = {
  frameBytes: roomBounds.clientFrameBytes,
  textChars: roomBounds.textChars,
  rooms: 128,
  sendsPerSecond: 20,
  refusedSends: 200,
  requestsPerSecond: 100,
  refusedRequests: 1_000,
  bufferedBytes: 1024 * 1024,
  volatileBytes: 64 * 1024,
  inFlight: 256,
  malformed: 10,
};

/**
 * Fills in the defaults.
 *
 * @throws RangeError naming the limit that is not a positive integer (rates and bursts may be fractional or 0).
 */
export function resolveLimits(limits: Partial<Limits> = {}): Limits {
  const sendsPerSecond = limits.sendsPerSecond ?? defaults.sendsPerSecond;
  const requestsPerSecond = limits.requestsPerSecond ?? defaults.requestsPerSecond;
  const userRequestsPerSecond = limits.userRequestsPerSecond ?? requestsPerSecond * 2;
  const all: Limits = {
    ...defaults,
    sendBurst: Math.max(1, sendsPerSecond * 3),
    requestBurst: Math.max(1, requestsPerSecond * 20),
    userRequestsPerSecond,
    userRequestBurst: Math.max(1, userRequestsPerSecond * 40),
    ...limits,
  };
  for (const [name, value] of Object.entries(all) as [keyof Limits, number][]) {
    const rate = name.endsWith('PerSecond') || name.endsWith('Burst');
    if (rate ? !(value >= 0 && Number.isFinite(value)) : !(Number.isSafeInteger(value) && value > 0)) {
      throw new RangeError(`limits.${name} must be a positive ${rate ? 'number or 0' : 'integer'}`);
    }
  }
  return all;
}
