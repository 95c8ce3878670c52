import type { Measurement } from '../measurement.ts';
import { connect } from './connect.ts';
import { echo } from './echo.ts';
import { fanOut, fanOutOne } from './fan-out.ts';
import { handshake } from './handshake.ts';
import { paced } from './paced.ts';
import { refused } from './refused.ts';

/** All of them, in the order in which they are made and shown. */
export const measurements: readonly Measurement[] = [connect, handshake, refused, fanOut, fanOutOne, paced, echo];

/** @throws RangeError naming those that there are. */
export function measurementNamed(name: string): Measurement {
  const found = measurements.find((measurement) => measurement.name === name);
  if (found !== undefined) return found;
  throw new RangeError(
    `no measurement is named ${name}; there are ${measurements.map((each) => each.name).join(', ')}`,
  );
}
