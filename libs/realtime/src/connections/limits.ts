import { roomBounds } from '@usher/protocol/server';

/** The bounds of one connection. The first four are told to the client in `welcome`. */
export interface Limits {
  /** Largest frame that a client may send, in bytes. The adapter refuses it first (`ws`: `maxPayload`). Over it: 1009. */
  readonly frameBytes: number;
  /** Longest text of a message, in characters (code points). Over it: `too_long`. */
  readonly textChars: number;
  /** Rooms that one connection may join. Over it: `too_many_rooms`. */
  readonly rooms: number;
  /** Sustained rate of `send`; 0: no limit. Over it: `rate_limited`. */
  readonly sendsPerSecond: number;
  /** Sends that may come at once after a pause. Defaults to the sends of three seconds. */
  readonly sendBurst: number;
  /** Refused sends within a minute that close the connection with 4029. Defaults to 200. */
  readonly refusedSends: number;
  /**
   * Sustained cost of all requests and signals of one connection, in units per second; 0: no limit. Defaults to 100. What a frame costs
   * is said where its type is served (`connections.handle`, `connections.on`). Beyond it requests are answered `rate_limited`, and
   * signals are dropped.
   */
  readonly requestsPerSecond: number;
  /** Units that may be spent at once after a pause. Defaults to 20 seconds' worth: a client may rejoin 128 rooms at once. */
  readonly requestBurst: number;
  /** The same for all connections of one user on this node together; 0: no limit. Defaults to twice `requestsPerSecond`. */
  readonly userRequestsPerSecond: number;
  /** Defaults to 40 seconds' worth: ten clients of one user may each rejoin 128 rooms at once. */
  readonly userRequestBurst: number;
  /** Refused requests and dropped signals within a minute that close the connection with 4029. Defaults to 1,000. */
  readonly refusedRequests: number;
  /** Bytes that may wait for a client which does not read. Over it: 4009. */
  readonly bufferedBytes: number;
  /** Requests of a connection that may be unanswered at once. Over it: `rate_limited`. */
  readonly inFlight: number;
  /** The malformed frame that closes the connection with 4500. */
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
  inFlight: 256,
  malformed: 10,
};

/**
 * The limits with the defaults filled in.
 *
 * @throws RangeError naming the limit that is not a positive integer (rates and bursts may be fractions, and 0).
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
