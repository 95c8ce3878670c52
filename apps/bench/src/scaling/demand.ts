import type { Assumed, Costs, Workload } from './model.ts';

/**
 * `current`: every node receives the read markers of all users, on one topic. `topic per user`: a design that is not implemented, in
 * which only nodes with a connection of the user receive them.
 */
export type Design = 'current' | 'topic per user';

export interface Deployment {
  readonly workload: Workload;
  readonly connections: number;
  readonly nodes: number;
  readonly design: Design;
}

export type CoreUse =
  'heartbeats' | 'sends' | 'deliveries' | 'unread' | 'presence' | 'reconnects' | 'room messages' | 'user events';

export interface Topic {
  readonly name: 'one room' | 'user events' | 'presence of one room';
  /** Commands and deliveries per second. */
  readonly perSecond: number;
}

/** The load of one node and of the services behind all nodes. */
export interface Demand {
  /** Cores of one node, by use. */
  readonly cores: Readonly<Record<CoreUse, number>>;
  /** Memory of one node. */
  readonly bytes: number;
  /** Bus subscriptions of one node. */
  readonly subscriptions: number;
  /** Redis commands and deliveries per second, in all shards. */
  readonly redisPerSecond: number;
  /** The busiest topic, which cannot be split among shards. */
  readonly busiestTopic: Topic;
  /** Durable rows per second. */
  readonly rowsPerSecond: number;
  /** How long one message to a room occupies a node, in milliseconds. */
  readonly turnMs: number;
  /** Database queries per second that count unread messages. */
  readonly countsPerSecond: number;
}

/** @returns the expected number of nodes with at least one of `users`, if users are distributed randomly over `nodes` */
export function nodesWith(users: number, nodes: number): number {
  // n * (1 - (1 - 1/n)^users) without loss of precision for large n.
  return -nodes * Math.expm1(users * Math.log1p(-1 / nodes));
}

export function demandOf(deployment: Deployment, costs: Costs, assumed: Assumed): Demand {
  const { workload, connections, nodes, design } = deployment;
  const roomSize = Math.min(workload.roomSize, connections);
  const rooms = (connections * workload.listed) / roomSize;
  const joinedPerRoom = (roomSize * workload.joined) / workload.listed;
  const messages = (connections * workload.messagesPerMinute) / 60;
  const reads = (connections * workload.readsPerMinute) / 60;
  const reconnects = (connections * workload.reconnectsPerHour) / 3_600;
  const hasBus = nodes > 1;

  // Every node with a member subscribes to a room. A publish costs as much as a delivery.
  const nodesOfRoom = nodesWith(roomSize, nodes);
  const roomMessages = hasBus ? messages * (nodesOfRoom + 1) : 0;
  const nodesOfUser = design === 'current' ? nodes : 1;
  const userEvents = hasBus ? reads * (nodesOfUser + 1) : 0;

  // The other members receive two updates per reconnect: offline and online.
  const isLarge = joinedPerRoom > assumed.maxPresent.value;
  const updatesPerReconnect = isLarge ? 0 : 2 * (joinedPerRoom - 1) * workload.joined;
  const presencePublished = reconnects * workload.joined * 2;
  const presenceReceived = hasBus && !isLarge ? presencePublished * (nodesWith(joinedPerRoom, nodes) + 1) : 0;

  const countedRooms = rooms * Math.min(messages / rooms, assumed.unreadPerSecond.value);
  const absent = roomSize - joinedPerRoom;

  const cores = (perSecond: number, micros: number): number => (perSecond * micros) / nodes / 1e6;
  const bus = assumed.busMicros.value;
  // A ticket is stored and consumed.
  const ticketCommands = 2 * reconnects;
  const topics: readonly Topic[] = [
    { name: 'one room', perSecond: roomMessages / rooms },
    { name: 'user events', perSecond: design === 'current' ? userEvents : 0 },
    { name: 'presence of one room', perSecond: presenceReceived / rooms },
  ];
  return {
    cores: {
      heartbeats: cores(connections / assumed.heartbeatSeconds.value, costs.heartbeatMicros),
      sends: cores(messages, costs.sendMicros),
      deliveries: cores(messages * joinedPerRoom, costs.deliveryMicros),
      unread: cores(countedRooms * absent + reads, costs.deliveryMicros),
      presence: cores(reconnects * updatesPerReconnect, costs.deliveryMicros) + cores(presenceReceived, bus),
      reconnects: cores(reconnects, costs.reconnectMicros),
      'room messages': cores(roomMessages, bus),
      'user events': cores(userEvents, bus),
    },
    bytes: costs.residentBytes + (connections / nodes) * costs.connectionBytes,
    subscriptions: hasBus ? ((rooms * nodesOfRoom) / nodes) * assumed.topicsPerRoom.value : 0,
    redisPerSecond: hasBus ? roomMessages + userEvents + presenceReceived + presencePublished + ticketCommands : 0,
    busiestTopic: topics.reduce((busiest, topic) => (topic.perSecond > busiest.perSecond ? topic : busiest)),
    rowsPerSecond: messages + reads,
    turnMs: (Math.max(1, joinedPerRoom / nodes) * costs.deliveryMicros) / 1e3,
    countsPerSecond: absent === 0 ? 0 : countedRooms * nodesWith(absent, nodes),
  };
}

/** @returns the CPU use of one node, in cores */
export function coresOf({ cores }: Demand): number {
  return Object.values(cores).reduce((sum, each) => sum + each, 0);
}
