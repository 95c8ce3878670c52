import type { Measurement } from '../measurement.ts';
import { clusterBus, clusterFanOut, clusterPaced, postgresSends, postgresSendsRooms } from './cluster-messaging.ts';
import { redisRestart, rollingRestart } from './cluster-restarts.ts';
import { clusterSignOut, clusterSignOutLoaded, redisTickets } from './cluster-sessions.ts';
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

/** The measurements of several nodes, PostgreSQL and Redis. */
export const clusterMeasurements: readonly Measurement[] = [
  postgresSends,
  postgresSendsRooms,
  redisTickets,
  clusterFanOut,
  clusterPaced,
  clusterBus,
  clusterSignOut,
  clusterSignOutLoaded,
  redisRestart,
  rollingRestart,
];

/** @throws RangeError with the valid names if `name` is unknown */
export function measurementNamed(name: string): Measurement {
  const all = [...measurements, ...clusterMeasurements];
  const found = all.find((measurement) => measurement.name === name);
  if (found !== undefined) return found;
  throw new RangeError(`unknown measurement "${name}": must be one of ${all.map((each) => each.name).join(', ')}`);
}
