import type { Result } from '../report/result.ts';

/** A number that was not measured here. */
export interface Assumption {
  readonly value: number;
  readonly what: string;
  /** Where it comes from: a source, the project's own setting, or plainly that it is assumed. */
  readonly from: string;
}

/** Everything that the simulation takes for granted. Nothing else in it is a number of its own. */
export const assumptions = {
  cpuShare: {
    value: 0.7,
    what: 'of one core, that a node is given to do; the rest is for bursts',
    from: 'assumed',
  },
  mostNodes: { value: 20_000, what: 'nodes, beyond which no plan is made', from: 'assumed' },
  memoryBytes: { value: 8e9, what: 'bytes of memory of a node', from: 'assumed' },
  busMicros: {
    value: 20,
    what: 'µs of a node for one message that it hears from Redis, or tells it',
    from: 'assumed: there is no Redis client in the server yet',
  },
  redisPerSecond: {
    value: 100_000,
    what: 'commands and deliveries a second of one Redis shard, which has one core',
    from: 'assumed: the order of what redis-benchmark shows without pipelining (redis.io, “Redis benchmark”)',
  },
  postgresPerSecond: {
    value: 10_000,
    what: 'rows a second that one PostgreSQL primary makes durable',
    from: 'assumed: PostgreSQL is not built in yet',
  },
  heartbeatSeconds: { value: 25, what: 's between two heartbeats', from: 'the setting `HEARTBEAT_MS`' },
  connectsPerSecond: {
    value: 500,
    what: 'connects a second that a node lets begin',
    from: 'the setting `CONNECTS_PER_SECOND`',
  },
  graceSeconds: {
    value: 10,
    what: 's that somebody whose connection dropped is shown as before',
    from: 'the setting `PRESENCE_GRACE_MS`',
  },
  maxPresent: {
    value: 2_000,
    what: 'people in a room; beyond them nobody is told who comes and goes',
    from: '`maxPresent` in `libs/realtime/src/presence/presence.ts`',
  },
  unreadPerSecond: {
    value: 2,
    what: 'times a second at most that what is unread in a room is counted and told',
    from: '`everyMs` in `libs/realtime/src/marks/unread.ts`',
  },
  topicsPerRoom: {
    value: 3,
    what: 'topics of a room that a node with a member hears: messages, presence, typing',
    from: '`libs/realtime/src`',
  },
  restartSpreadSeconds: {
    value: 3,
    what: 's over which clients spread before they ask for a ticket after a restart',
    from: '`restartSpreadMs` in `libs/client/src/machine.ts`',
  },
} as const satisfies Readonly<Record<string, Assumption>>;

/** What people do. All of it is assumed. */
export interface Workload {
  readonly name: string;
  readonly title: string;
  /** Members of a room, at most as many as there are people. */
  readonly roomSize: number;
  /** Rooms in everybody's list, and how many of them are open in front of them. */
  readonly listed: number;
  readonly joined: number;
  /** Of one person, all rooms together. */
  readonly messagesPerMinute: number;
  /** How often one person's read mark moves. */
  readonly readsPerMinute: number;
  /** How often one person's connection ends and comes back later than the grace. */
  readonly returnsPerHour: number;
}

const million = 1_000_000;

export const workloads: readonly Workload[] = [
  {
    name: 'chat',
    title: 'chat: rooms of 20, three in the list, one open; a message and a read mark a minute',
    roomSize: 20,
    listed: 3,
    joined: 1,
    messagesPerMinute: 1,
    readsPerMinute: 1,
    returnsPerHour: 2,
  },
  {
    name: 'stadium',
    title: 'stadium: rooms of a million, in each of which one message a second is said',
    roomSize: million,
    listed: 1,
    joined: 1,
    messagesPerMinute: 60 / million,
    readsPerMinute: 0,
    returnsPerHour: 2,
  },
];

/** What things cost one server, measured. Times are CPU time of its process, in microseconds. */
export interface Costs {
  /** A ticket, the handshake and the first frame. */
  readonly connectMicros: number;
  /** A reconnect: the same, plus the join with missed messages. */
  readonly returnMicros: number;
  /** One heartbeat and its answer. */
  readonly heartbeatMicros: number;
  /** A message to one member, in a write of its own. */
  readonly deliveryMicros: number;
  /** A message that is made durable and answered, without what its deliveries cost. */
  readonly sendMicros: number;
  /** Durable sends of one server with one disk, in a second. */
  readonly sendsPerSecond: number;
  /** Memory of the server without connections. */
  readonly residentBytes: number;
  /** Of a member of a room who is silent. */
  readonly connectionBytes: number;
  /** The most connections at once that anything was measured with. */
  readonly mostConnections: number;
}

/** The measurements that these costs come from. */
export const costSources = [
  'connect',
  'crowd',
  'heartbeats',
  'fan-out-one',
  'durable-sends',
  'memory',
  'connections-flat',
] as const;

/** @throws RangeError that names the measurement that is missing and the command that makes it. */
export function costsOf(results: readonly Result[]): Costs {
  const row = (name: (typeof costSources)[number]) => {
    const found = results.find((result) => result.name === name)?.rows.find(({ peer }) => peer === 'usher');
    if (found === undefined) throw new RangeError(`${name} was not measured: npm run bench -- --only ${name}`);
    return found;
  };
  const micros = (name: (typeof costSources)[number]): number => {
    const { serverMicros } = row(name);
    if (serverMicros === undefined) throw new RangeError(`${name} does not tell what the server took`);
    return serverMicros;
  };
  const { figures, extras } = row('memory');
  const resident = extras['resident before, MB'];
  if (resident === undefined) throw new RangeError('memory does not tell what the server has by itself');
  const levels = Object.keys(row('connections-flat').extras).flatMap(
    (name) => / at ([\d,]+)$/.exec(name)?.[1]?.replaceAll(',', '') ?? [],
  );
  return {
    connectMicros: micros('connect'),
    returnMicros: micros('crowd'),
    heartbeatMicros: micros('heartbeats'),
    deliveryMicros: micros('fan-out-one'),
    sendMicros: micros('durable-sends'),
    sendsPerSecond: row('durable-sends').figures.median,
    residentBytes: resident * 1e6,
    connectionBytes: figures.median * 1e3,
    mostConnections: Math.max(...levels.map(Number)),
  };
}
