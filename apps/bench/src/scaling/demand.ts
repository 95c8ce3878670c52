import type { Assumed, Costs, Workload } from './model.ts';

export interface Deployment {
  readonly workload: Workload;
  readonly connections: number;
  readonly nodes: number;
}

export type CoreUse =
  'heartbeats' | 'sends' | 'deliveries' | 'unread' | 'presence' | 'reconnects' | 'room messages' | 'user events';

export interface Topic {
  readonly name: 'one room' | 'one user' | 'presence of one room';
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
  const { workload, connections, nodes } = deployment;
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
  // Only the node with the connection of the user subscribes to their events.
  const userEvents = hasBus ? reads * 2 : 0;
  const userSubscriptions = hasBus ? 2 * reconnects : 0;

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
    { name: 'one user', perSecond: userEvents / connections },
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
      'user events': cores(userEvents + userSubscriptions, bus),
    },
    bytes: costs.residentBytes + (connections / nodes) * costs.connectionBytes,
    subscriptions: hasBus ? (rooms * nodesOfRoom * assumed.topicsPerRoom.value + connections) / nodes : 0,
    redisPerSecond: hasBus
      ? roomMessages + userEvents + userSubscriptions + presenceReceived + presencePublished + ticketCommands
      : 0,
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
