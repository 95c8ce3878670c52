import { plural } from './language.ts';

export const connectionsTexts = {
  heading: $localize`:@@connections.heading:Connections`,
  lead: $localize`:@@connections.lead:Open connections on all nodes, and those that closed recently, with the reason.`,
  states: {
    open: $localize`:@@connections.states.open:Open`,
    closed: $localize`:@@connections.states.closed:Recently closed`,
  },
  state: $localize`:@@connections.state:State`,
  fields: {
    user: $localize`:@@connections.fields.user:User`,
    session: $localize`:@@connections.fields.session:Session`,
    address: $localize`:@@connections.fields.address:Address`,
    room: $localize`:@@connections.fields.room:Room`,
    node: $localize`:@@connections.fields.node:Node`,
  },
  total: (n: number, shown: string) =>
    plural(n, {
      one: $localize`:@@connections.total.one:${shown}:count: connection`,
      few: $localize`:@@connections.total.few:${shown}:count: connections`,
      many: $localize`:@@connections.total.many:${shown}:count: connections`,
      other: $localize`:@@connections.total.other:${shown}:count: connections`,
    }),
  openedAgo: (ago: string) => $localize`:@@connections.openedAgo:opened ${ago}:ago:`,
  closedAgo: (ago: string) => $localize`:@@connections.closedAgo:closed ${ago}:ago:`,
  rooms: (n: number) =>
    plural(n, {
      one: $localize`:@@connections.rooms.one:${n}:count: room`,
      few: $localize`:@@connections.rooms.few:${n}:count: rooms`,
      many: $localize`:@@connections.rooms.many:${n}:count: rooms`,
      other: $localize`:@@connections.rooms.other:${n}:count: rooms`,
    }),
  slow: (size: string) => $localize`:@@connections.slow:${size}:size: queued`,
  noCode: $localize`:@@connections.noCode:No close code`,
  limited: (n: number) => $localize`:@@connections.limited:${n}:count: × rate limited`,
  empty: $localize`:@@connections.empty:No connections`,
  emptyHint: $localize`:@@connections.emptyHint:Open sockets appear here. If users complain that they can’t connect, look at the refusals.`,
  emptyClosed: $localize`:@@connections.emptyClosed:No closed connections`,
  emptyClosedHint: $localize`:@@connections.emptyClosedHint:Closed connections are kept for a while, with the reason.`,
  noMatch: $localize`:@@connections.noMatch:No connections match these filters`,
  noMatchHint: $localize`:@@connections.noMatchHint:Filters compare whole values. Clear one, or look at the recently closed connections.`,
  toRefusals: (user: string) => $localize`:@@connections.toRefusals:Show refusals of ${user}:user:`,
} as const;

export const connectionDetailTexts = {
  heading: $localize`:@@connectionDetail.heading:Connection`,
  back: $localize`:@@connectionDetail.back:All connections`,
  of: (user: string) => $localize`:@@connectionDetail.of:Connection of ${user}:user:`,
  open: $localize`:@@connectionDetail.open:Open`,
  closed: $localize`:@@connectionDetail.closed:Closed`,
  closedBy: {
    server: $localize`:@@connectionDetail.closedBy.server:closed by the server`,
    client: $localize`:@@connectionDetail.closedBy.client:closed by the client or the network`,
  },
  facts: {
    id: $localize`:@@connectionDetail.facts.id:Connection`,
    receipt: $localize`:@@connectionDetail.facts.receipt:Receipt`,
    user: $localize`:@@connectionDetail.facts.user:User`,
    session: $localize`:@@connectionDetail.facts.session:Session`,
    state: $localize`:@@connectionDetail.facts.state:State`,
    node: $localize`:@@connectionDetail.facts.node:Node`,
    protocol: $localize`:@@connectionDetail.facts.protocol:Subprotocol`,
    address: $localize`:@@connectionDetail.facts.address:Address`,
    origin: $localize`:@@connectionDetail.facts.origin:Origin`,
    userAgent: $localize`:@@connectionDetail.facts.userAgent:User agent`,
    openedAt: $localize`:@@connectionDetail.facts.openedAt:Opened`,
    lease: $localize`:@@connectionDetail.facts.lease:Lease until`,
    queued: $localize`:@@connectionDetail.facts.queued:Queued`,
    strikes: $localize`:@@connectionDetail.facts.strikes:Rate-limited requests`,
    roundTrip: $localize`:@@connectionDetail.facts.roundTrip:Round trip`,
    rooms: $localize`:@@connectionDetail.facts.rooms:Rooms`,
  },
  noOrigin: $localize`:@@connectionDetail.noOrigin:none (not a browser)`,
  timeline: $localize`:@@connectionDetail.timeline:Timeline`,
  close: $localize`:@@connectionDetail.close:Close connection`,
  closeQuestion: {
    heading: $localize`:@@connectionDetail.closeQuestion.heading:Close this connection?`,
    text: (user: string) =>
      $localize`:@@connectionDetail.closeQuestion.text:${user}:user: is disconnected from this socket with code 4503, and the client does not reconnect until the user acts. The session continues: the user stays signed in.`,
    yes: $localize`:@@connectionDetail.closeQuestion.yes:Close connection`,
  },
  end: $localize`:@@connectionDetail.end:End session`,
  endQuestion: {
    heading: (user: string) => $localize`:@@connectionDetail.endQuestion.heading:End this session of ${user}:user:?`,
    text: $localize`:@@connectionDetail.endQuestion.text:The device is signed out, and all connections of this session close with code 4501, on every node. Other sessions of the user continue.`,
    yes: $localize`:@@connectionDetail.endQuestion.yes:End session`,
  },
  gone: $localize`:@@connectionDetail.gone:Connection not found`,
  goneHint: $localize`:@@connectionDetail.goneHint:It may have closed a while ago, or the URL is wrong.`,
} as const;
