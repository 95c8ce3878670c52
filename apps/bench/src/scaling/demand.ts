import type { Assumption, assumptions, Costs, Workload } from './model.ts';

/**
 * On how many of `nodes` at least one of `people` sits, when each sits on any of them with the same chance: what one message of
 * their room costs the bus. Expected value; people are not brought together by room.
 */
export function nodesWith(people: number, nodes: number): number {
  // (1 - 1/n)^m, without losing it for large n.
  return -nodes * Math.expm1(people * Math.log1p(-1 / nodes));
}

export type Assumed = Readonly<Record<keyof typeof assumptions, Assumption>>;

/**
 * As it is built: news of one person (what they have read) go to all nodes, and it is published who comes and goes in a crowd, though
 * nobody is told. Changed: news go to the nodes where that person is, and of crowds nothing is published.
 */
export type Design = 'as built' | 'changed';

export interface Question {
  readonly workload: Workload;
  readonly connections: number;
  readonly nodes: number;
  readonly design: Design;
}

/** What one node does in a second, by what it is for, in cores; and what stands behind the nodes. */
export interface Demand {
  readonly cores: Readonly<Record<CoreUse, number>>;
  readonly bytes: number;
  readonly subscriptions: number;
  /** Commands and deliveries of Redis in a second, all shards together. */
  readonly redisPerSecond: number;
  /** Of them those of the busiest topic, which cannot be shared among shards. */
  readonly busiestTopic: { readonly name: string; readonly perSecond: number };
  readonly rowsPerSecond: number;
  /** For how long one message to a room holds up a node that does nothing else meanwhile, in milliseconds. */
  readonly turnMs: number;
  /** Counts of what is unread, read from the database. */
  readonly countsPerSecond: number;
}

export type CoreUse =
  'heartbeats' | 'sends' | 'deliveries' | 'unread' | 'presence' | 'returns' | 'rooms heard' | 'people heard';

export function demandOf(question: Question, costs: Costs, assumed: Assumed): Demand {
  const { workload, connections, nodes, design } = question;
  const here = connections / nodes;
  const roomSize = Math.min(workload.roomSize, connections);
  const rooms = (connections * workload.listed) / roomSize;
  const inRoom = (roomSize * workload.joined) / workload.listed;
  const messages = (connections * workload.messagesPerMinute) / 60;
  const ofRoom = messages / rooms;
  const reads = (connections * workload.readsPerMinute) / 60;
  const returns = (connections * workload.returnsPerHour) / 3_600;
  const alone = nodes === 1;

  // A room is heard wherever it is in somebody's list. Telling Redis counts as much as hearing from it.
  const nodesOfRoom = nodesWith(roomSize, nodes);
  const roomsHeard = alone ? 0 : messages * (nodesOfRoom + 1);
  const nodesOfReader = design === 'as built' ? nodes : 1;
  const peopleHeard = alone ? 0 : reads * (nodesOfReader + 1);

  // Each of the others is told once that somebody has gone and once that they are back.
  const crowded = inRoom > assumed.maxPresent.value;
  const told = crowded ? 0 : 2 * (inRoom - 1) * workload.joined;
  const published = !alone && !(crowded && design === 'changed');
  const presenceHeard = published ? returns * workload.joined * 2 * (nodesWith(inRoom, nodes) + 1) : 0;

  const unreadTold = rooms * Math.min(ofRoom, assumed.unreadPerSecond.value) * (roomSize - inRoom);
  const counts =
    inRoom === roomSize
      ? 0
      : rooms * Math.min(ofRoom, assumed.unreadPerSecond.value) * nodesWith(roomSize - inRoom, nodes);

  const cores = (perSecond: number, micros: number): number => (perSecond * micros) / nodes / 1e6;
  const bus = assumed.busMicros.value;
  // A ticket is put down and taken up.
  const tickets = 2 * returns;
  const presenceSaid = returns * workload.joined * 2;
  return {
    cores: {
      heartbeats: cores(connections / assumed.heartbeatSeconds.value, costs.heartbeatMicros),
      sends: cores(messages, costs.sendMicros),
      deliveries: cores(messages * inRoom, costs.deliveryMicros),
      unread: cores(unreadTold + reads, costs.deliveryMicros),
      presence: cores(returns * told, costs.deliveryMicros) + cores(presenceHeard, bus),
      returns: cores(returns, costs.returnMicros),
      'rooms heard': cores(roomsHeard, bus),
      'people heard': cores(peopleHeard, bus),
    },
    bytes: costs.residentBytes + here * costs.connectionBytes,
    subscriptions: alone ? 0 : ((rooms * nodesOfRoom) / nodes) * assumed.topicsPerRoom.value,
    redisPerSecond: alone ? 0 : roomsHeard + peopleHeard + presenceHeard + presenceSaid + tickets,
    busiestTopic: busiest([
      { name: 'one room', perSecond: roomsHeard / rooms },
      { name: 'news of people', perSecond: design === 'as built' ? peopleHeard : 0 },
      { name: 'presence of one room', perSecond: presenceHeard / rooms },
    ]),
    rowsPerSecond: messages + reads,
    turnMs: (Math.max(1, inRoom / nodes) * costs.deliveryMicros) / 1e3,
    countsPerSecond: counts,
  };
}

function busiest(topics: readonly Demand['busiestTopic'][]): Demand['busiestTopic'] {
  return topics.reduce((most, each) => (each.perSecond > most.perSecond ? each : most));
}

/** All that a node does, in cores. */
export function coresOf({ cores }: Demand): number {
  return Object.values(cores).reduce((sum, each) => sum + each, 0);
}
