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
