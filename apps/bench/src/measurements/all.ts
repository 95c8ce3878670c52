import type { Measurement } from '../measurement.ts';
import { connect, connectAlone, crowd, handshake, refused } from './connecting.ts';
import { connectionsFlat, heartbeats, longRoom, membersFlat, memory } from './growth.ts';
import { durableSends, echo, fanOut, fanOutOne, paced, strangers } from './messaging.ts';

/** All of them, in the order in which they are made and shown. */
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

/** @throws RangeError naming those that there are. */
export function measurementNamed(name: string): Measurement {
  const found = measurements.find((measurement) => measurement.name === name);
  if (found !== undefined) return found;
  throw new RangeError(
    `no measurement is named ${name}; there are ${measurements.map((each) => each.name).join(', ')}`,
  );
}
