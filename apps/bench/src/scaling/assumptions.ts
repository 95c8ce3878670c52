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
    from: '`restartSpreadMs` in `libs/client/src/socket/machine.ts`',
  },
} as const satisfies Readonly<Record<string, Assumption>>;
