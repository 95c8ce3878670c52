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
  /** Sends that may come at once after a pause; three seconds' worth unless told. */
  readonly sendBurst: number;
  /** Refused sends within a minute that close the connection with 4029. */
  readonly refusedSends: number;
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
  bufferedBytes: 1024 * 1024,
  inFlight: 256,
  malformed: 10,
};

/**
 * The limits with the defaults filled in.
 *
 * @throws RangeError naming the limit that is not a positive integer (`sendsPerSecond` and `sendBurst` may be fractions, and 0).
 */
export function resolveLimits(limits: Partial<Limits> = {}): Limits {
  const sendsPerSecond = limits.sendsPerSecond ?? defaults.sendsPerSecond;
  const all: Limits = { ...defaults, sendBurst: Math.max(1, sendsPerSecond * 3), ...limits };
  for (const [name, value] of Object.entries(all) as [keyof Limits, number][]) {
    const rate = name === 'sendsPerSecond' || name === 'sendBurst';
    if (rate ? !(value >= 0 && Number.isFinite(value)) : !(Number.isSafeInteger(value) && value > 0)) {
      throw new RangeError(`limits.${name} must be a positive ${rate ? 'number or 0' : 'integer'}`);
    }
  }
  return all;
}
