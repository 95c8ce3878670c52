import type { Measurement } from '../measurement.ts';
import { connect } from './connect.ts';
import { connectAlone } from './connect-alone.ts';
import { connectionsFlat } from './connections-flat.ts';
import { crowd } from './crowd.ts';
import { durableSends } from './durable-sends.ts';
import { echo } from './echo.ts';
import { fanOut, fanOutOne } from './fan-out.ts';
import { handshake } from './handshake.ts';
import { heartbeats } from './heartbeats.ts';
import { longRoom } from './long-room.ts';
import { membersFlat } from './members-flat.ts';
import { memory } from './memory.ts';
import { paced } from './paced.ts';
import { refused } from './refused.ts';
import { strangers } from './strangers.ts';

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
