import type { Measurement } from '../measurement.ts';
import { connect } from './connect.ts';
import { handshake } from './handshake.ts';
import { refused } from './refused.ts';

/** All of them, in the order in which they are made and shown. */
export const measurements: readonly Measurement[] = [connect, handshake, refused];

/** @throws RangeError naming those that there are. */
export function measurementNamed(name: string): Measurement {
  const found = measurements.find((measurement) => measurement.name === name);
  if (found !== undefined) return found;
  throw new RangeError(
    `no measurement is named ${name}; there are ${measurements.map((each) => each.name).join(', ')}`,
  );
}
