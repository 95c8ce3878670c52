import type { Result } from '../report/result.ts';

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
