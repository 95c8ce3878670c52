import type { PeerName } from '../peers.ts';
import type { Result, Row } from '../report/result.ts';

/** A number that was not measured here. */
export interface Assumption {
  readonly value: number;
  readonly what: string;
  /** The source: a document, a server setting, or `assumed`. */
  readonly from: string;
  /** The measurement that replaced the assumed value. Absent if the value is assumed. */
  readonly measurement?: ClusterSource;
}

/** All assumptions of the model. It contains no other constants. `assumedWith` replaces those that were measured. */
export const assumptions = {
  cpuShare: { value: 0.7, what: 'CPU use of a node, in cores; the rest is reserved for bursts', from: 'assumed' },
  maxNodes: { value: 20_000, what: 'nodes, the maximum of a plan', from: 'assumed' },
  memoryBytes: { value: 8e9, what: 'memory of a node, in bytes', from: 'assumed' },
  busMicros: {
    value: 20,
    what: 'CPU time of a node per message published to or received from Redis, in µs',
    from: 'assumed',
  },
  redisPerSecond: {
    value: 100_000,
    what: 'commands and deliveries per second of one Redis shard, which uses one core',
    from: 'assumed: the order of magnitude of redis-benchmark without pipelining (redis.io, “Redis benchmark”)',
  },
  postgresPerSecond: {
    value: 10_000,
    what: 'durable rows per second of one PostgreSQL primary',
    from: 'assumed',
  },
  heartbeatSeconds: { value: 25, what: 'seconds between two heartbeats', from: 'the setting `HEARTBEAT_MS`' },
  connectsPerSecond: {
    value: 500,
    what: 'connects per second that a node permits',
    from: 'the setting `CONNECTS_PER_SECOND`, divided by the number of nodes',
  },
  graceSeconds: {
    value: 10,
    what: 'seconds during which a disconnected user remains present',
    from: 'the setting `PRESENCE_GRACE_MS`',
  },
  maxPresent: {
    value: 2_000,
    what: 'present users in a room; larger rooms receive no presence updates',
    from: '`maxPresent` in `libs/realtime/src`',
  },
  unreadPerSecond: {
    value: 2,
    what: 'unread counts per second and room, the maximum',
    from: '`everyMs` in `libs/realtime/src/membership/unread-notifier.ts`',
  },
  topicsPerRoom: {
    value: 3,
    what: 'bus topics per room that a node with a member subscribes to: messages, presence, typing',
    from: '`libs/realtime/src`',
  },
  restartSpreadSeconds: {
    value: 3,
    what: 'seconds over which clients spread their ticket calls after a restart',
    from: '`restartSpreadMs` in `libs/client/src/socket/machine.ts`',
  },
} as const satisfies Readonly<Record<string, Assumption>>;

export type Assumed = Readonly<Record<keyof typeof assumptions, Assumption>>;

/** The measurements of several nodes that replace assumptions. */
export type ClusterSource = 'cluster-bus' | 'postgres-sends-rooms';

/** A message in `cluster-bus` is published once and received by three nodes. */
const busOperations = 4;

/**
 * Replaces the assumptions about Redis and PostgreSQL by measured values, where they exist.
 *
 * @param results the content of `docs/benchmarks/cluster.json`
 */
export function assumedWith(results: readonly Result[]): Assumed {
  const row = (name: ClusterSource, peer: PeerName): Row | undefined =>
    results.find((result) => result.name === name)?.rows.find((each) => each.peer === peer);
  const cluster = row('cluster-bus', 'usher-cluster');
  const single = row('cluster-bus', 'usher-postgres');
  const redisMicros = cluster?.extras['Redis, µs each'];
  const replace = (assumption: Assumption, measurement: ClusterSource, value = NaN): Assumption =>
    value > 0 ? { ...assumption, value: Math.round(value), from: `\`${measurement}\``, measurement } : assumption;
  const { busMicros, redisPerSecond, postgresPerSecond } = assumptions;
  return {
    ...assumptions,
    busMicros: replace(
      busMicros,
      'cluster-bus',
      cluster && single && (cluster.figures.median - single.figures.median) / busOperations,
    ),
    redisPerSecond: replace(redisPerSecond, 'cluster-bus', redisMicros && (busOperations * 1e6) / redisMicros),
    postgresPerSecond: replace(
      postgresPerSecond,
      'postgres-sends-rooms',
      row('postgres-sends-rooms', 'usher-postgres')?.figures.median,
    ),
  };
}

/** The assumed activity of users. */
export interface Workload {
  readonly name: string;
  readonly title: string;
  /** Members per room, limited by the number of users. */
  readonly roomSize: number;
  /** Rooms per user. */
  readonly listed: number;
  /** Rooms that a user has open, with messages and presence. */
  readonly joined: number;
  /** Messages that one user sends, in all rooms. */
  readonly messagesPerMinute: number;
  /** Changes of one user's read markers. */
  readonly readsPerMinute: number;
  /** Disconnects of one user that last longer than the grace period. */
  readonly reconnectsPerHour: number;
}

const million = 1_000_000;

export const workloads: readonly Workload[] = [
  {
    name: 'chat',
    title: 'chat: rooms of 20 members; 3 rooms per user, 1 of them open; 1 message and 1 read marker per minute',
    roomSize: 20,
    listed: 3,
    joined: 1,
    messagesPerMinute: 1,
    readsPerMinute: 1,
    reconnectsPerHour: 2,
  },
  {
    name: 'broadcast',
    title: 'broadcast: rooms of a million members; 1 message per second in each room',
    roomSize: million,
    listed: 1,
    joined: 1,
    messagesPerMinute: 60 / million,
    readsPerMinute: 0,
    reconnectsPerHour: 2,
  },
];

/** The measured costs of one server. Times are CPU time of its process, in microseconds. */
export interface Costs {
  /** A ticket, the handshake and the first frame. */
  readonly connectMicros: number;
  /** A connect, and a join with the missed messages. */
  readonly reconnectMicros: number;
  /** A heartbeat and its reply. */
  readonly heartbeatMicros: number;
  /** One message to one member, in a separate write. */
  readonly deliveryMicros: number;
  /** A durable, acknowledged message without its deliveries. */
  readonly sendMicros: number;
  /** Durable sends per second of one server with one disk. */
  readonly sendsPerSecond: number;
  /** Memory of the server without connections. */
  readonly residentBytes: number;
  /** Memory per idle member of a room. */
  readonly connectionBytes: number;
  /** The highest number of concurrent connections in a measurement. */
  readonly maxConnections: number;
}

export type CostSource =
  'connect' | 'crowd' | 'heartbeats' | 'fan-out-one' | 'durable-sends' | 'memory' | 'connections-flat';

/** @throws RangeError if a measurement is missing; the message contains the command that runs it */
export function costsOf(results: readonly Result[]): Costs {
  const row = (name: CostSource) => {
    const found = results.find((result) => result.name === name)?.rows.find(({ peer }) => peer === 'usher');
    if (found === undefined) throw new RangeError(`no result for ${name}: run npm run bench -- --only ${name}`);
    return found;
  };
  const micros = (name: CostSource): number => {
    const { serverMicros } = row(name);
    if (serverMicros === undefined) throw new RangeError(`the result for ${name} has no CPU time of the server`);
    return serverMicros;
  };
  const { figures, extras } = row('memory');
  const resident = extras['resident before, MB'];
  if (resident === undefined) throw new RangeError('the result for memory has no value without connections');
  const levels = Object.keys(row('connections-flat').extras).flatMap(
    (name) => / at ([\d,]+)$/.exec(name)?.[1]?.replaceAll(',', '') ?? [],
  );
  return {
    connectMicros: micros('connect'),
    reconnectMicros: micros('crowd'),
    heartbeatMicros: micros('heartbeats'),
    deliveryMicros: micros('fan-out-one'),
    sendMicros: micros('durable-sends'),
    sendsPerSecond: row('durable-sends').figures.median,
    residentBytes: resident * 1e6,
    connectionBytes: figures.median * 1e3,
    maxConnections: Math.max(...levels.map(Number)),
  };
}
