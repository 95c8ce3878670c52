import type { Measurement } from '../measurement.ts';
import { connect, connectAlone, crowd, handshake, refused } from './connecting.ts';
import { connectionsFlat, heartbeats, longRoom, membersFlat, memory } from './growth.ts';
import { durableSends, echo, fanOut, fanOutOne, paced, strangers } from './messaging.ts';

/** All measurements, in the order of execution and of the reports. */
export const measurements: readonly Measurement[] = [
  connect,
  connectAlone,
  handshake,
  refused,
  fanOut,
  fanOutOne,
  paced,
  echo,
  durableSends,
  memory,
  crowd,
  strangers,
  longRoom,
  connectionsFlat,
  membersFlat,
  heartbeats,
];

/** @throws RangeError with the valid names if `name` is unknown */
export function measurementNamed(name: string): Measurement {
  const found = measurements.find((measurement) => measurement.name === name);
  if (found !== undefined) return found;
  throw new RangeError(
    `unknown measurement "${name}": must be one of ${measurements.map((each) => each.name).join(', ')}`,
  );
}
