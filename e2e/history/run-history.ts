import { setTimeout as delay } from 'node:timers/promises';
import { createPrivateRoom, ticketOutcome } from '../cluster/actions.ts';
import { call, signIn } from '../cluster/cluster-client.ts';
import { TestCluster } from '../cluster/test-cluster.ts';
import { check } from './checks.ts';
import { causeFaults } from './faults.ts';
import { manageMembers } from './owner.ts';
import { Participant } from './participant.ts';
import { Random } from './random.ts';
import type { StoredMessage, Violation } from './record.ts';
import { Recorder } from './recorder.ts';

export interface HistoryOptions {
  readonly seed: number;
  /** How long the users act and faults occur, in seconds. */
  readonly seconds: number;
  /** The names of the faults to choose from. Defaults to all; an empty list causes none. */
  readonly faults?: readonly string[] | undefined;
  /** Whether the nodes use a primary and two replicas of Redis under a Sentinel. Defaults to false. */
  readonly sentinel?: boolean;
}

export interface HistoryReport {
  readonly seed: number;
  readonly seconds: number;
  /** The number of events of each kind. */
  readonly counts: ReadonlyMap<string, number>;
  readonly faults: ReadonlyMap<string, number>;
  readonly violations: readonly Violation[];
  /** The last output of the nodes. */
  readonly output: string;
}

const password = 'history checker passphrase';
const owner = 'owner';
const members = ['ann', 'ben', 'cem', 'dora', 'eva', 'finn', 'gus', 'hana'];
const privateRooms = ['private-1', 'private-2'];
/** Shorter than most faults, so that operations complete without the node that a fault concerns. */
const nodeLeaseMs = 600;
/** How long the cluster may take to recover after the last fault, in milliseconds. */
const recoveryMs = 40_000;
/** A node loses its lease, validates the sessions once a second, and a query may take 2 seconds. The rest is for a busy machine. */
const closeBoundMs = nodeLeaseMs + 1_000 + 2_000 + 3_000;

/** Lets random users act on three nodes under random faults, and checks the history of everything that they did and saw. */
export async function runHistory(options: HistoryOptions): Promise<HistoryReport> {
  const { sentinel = false } = options;
  const cluster = await TestCluster.start({
    nodes: 3,
    sentinel,
    settings: {
      NODE_LEASE_MS: String(nodeLeaseMs),
      HEARTBEAT_MS: '1000',
      HEARTBEAT_GRACE_MS: '2000',
      SIGN_UPS_PER_ADDRESS: '0',
      MAX_CONNECTIONS_PER_USER: '1000',
      REQUESTS_PER_SECOND: '0',
      // Without it, a failover may lose the consumption of a ticket.
      ...(sentinel ? { REDIS_WAIT_REPLICAS: '1' } : {}),
    },
  });
  try {
    return await runOn(cluster, options);
  } finally {
    await cluster.stop();
  }
}

async function runOn(
  cluster: TestCluster,
  { seed, seconds, faults, sentinel = false }: HistoryOptions,
): Promise<HistoryReport> {
  const { nodes } = cluster;
  const random = new Random(seed);
  const recorder = new Recorder();
  const [first] = nodes;
  if (first === undefined) throw new Error('the cluster has no node');
  for (const user of [owner, ...members]) await call(first, 'POST', '/users', { body: { user, pwd: password } });
  const token = await signIn(first, owner, password);
  for (const room of privateRooms) await createPrivateRoom(first, token, room, members);
  const rooms = ['general', ...privateRooms];
  const participants = members.map(
    (user) => new Participant({ user, password, rooms, nodes, recorder, random: random.fork() }),
  );
  let isRunning = true;
  const running = (): boolean => isRunning;
  const working = [
    ...participants.map((participant) => participant.run(running)),
    ...privateRooms.map((room) =>
      manageMembers({ user: owner, password, token, room, members, nodes, recorder, random: random.fork() }, running),
    ),
  ];
  const choice = { sentinel, names: faults };
  const causing = causeFaults(cluster, { recorder, random: random.fork(), isRunning: running, ...choice });
  const stopping = delay(seconds * 1_000).then(() => {
    isRunning = false;
  });
  const [counts] = await Promise.all([causing, stopping, ...working]);
  const late = await recover(cluster, participants, await signIn(first, owner, password));
  const endedAt = performance.now();
  recorder.end();
  const stored = new Map<string, StoredMessage[]>();
  for (const room of rooms) stored.set(room, await messagesIn(cluster, room));
  for (const participant of participants) participant.close();
  const history = { events: recorder.events, rooms: stored, closeBoundMs, endedAt };
  return {
    seed,
    seconds,
    counts: countsOf(history.events),
    faults: counts,
    violations: [...late, ...check(history)],
    output: nodes.map(({ output }) => output).join(''),
  };
}

/** Waits until every user is connected and has received everything. Returns what did not recover in time. */
async function recover(
  cluster: TestCluster,
  participants: readonly Participant[],
  token: string,
): Promise<Violation[]> {
  const deadline = performance.now() + recoveryMs;
  async function until(what: string, isDone: () => Promise<boolean>): Promise<Violation[]> {
    while (!(await isDone().catch(() => false))) {
      if (performance.now() > deadline) {
        return [
          { rule: 'every member receives the sequence of the database', text: `${what} within ${recoveryMs} ms` },
        ];
      }
      await delay(50);
    }
    return [];
  }
  let outcomes: readonly string[] = [];
  const tickets = await until('the nodes did not issue tickets', async () => {
    outcomes = await Promise.all(cluster.nodes.map((node) => ticketOutcome(node, token).catch(String)));
    // A rejection by the ticket limit is a reply of the store, too.
    return outcomes.every((outcome) => outcome === 'issued' || outcome === '429 too_many_tickets');
  });
  const settled = await Promise.all(
    participants.map((participant) => until('a user did not connect', () => participant.settle())),
  );
  const received = await until('members did not receive all messages', async () => {
    for (const { received } of participants) {
      for (const [room, seq] of received) if (seq < (await messagesIn(cluster, room)).length) return false;
    }
    return true;
  });
  return [
    ...tickets.map(({ rule, text }) => ({ rule, text: `${text}: ${outcomes.join(', ')}` })),
    ...settled.flat(),
    ...received,
  ];
}

async function messagesIn(cluster: TestCluster, room: string): Promise<StoredMessage[]> {
  const { rows } = await cluster.database.query<StoredMessage>(
    'SELECT seq::float8, id, sender AS "from", key FROM usher.messages WHERE room = $1 ORDER BY seq',
    [room],
  );
  return rows;
}

function countsOf(events: Recorder['events']): Map<string, number> {
  const counts = new Map<string, number>();
  for (const event of events) {
    const name = 'phase' in event ? `${event.type} ${event.phase}` : event.type;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
