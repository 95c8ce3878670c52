import type { AnyRoomsProtocol, Reply, RoomsProtocol } from '@usher/protocol';
import { BusScope } from '../bus/bus.ts';
import { createMemoryCluster } from '../cluster/cluster.ts';
import { createAccess } from './access.ts';
import { Authorizations } from './authorizations.ts';
import type { Connection } from '../connections/connection.ts';
import { createEviction } from './eviction.ts';
import { createMemberEvents } from './member-events.ts';
import { createRemoval } from './removal.ts';
import type { RoomClient } from './room-client.ts';
import { RoomMembers, toJoinedRoom } from './room-members.ts';
import { handleRoomRequests } from './room-requests.ts';
import { storeTimeoutMs, withDeadline } from '../support/deadline.ts';
import { endAll } from '../support/listeners.ts';
import { silent } from '../support/log.ts';
import { LoopShare } from '../support/loop-share.ts';
import { createMemoryPresence } from '../presence/memory-presence.ts';
import { formatOf } from './content.ts';
import { type Appended, limitHistory } from './history.ts';
import { readPage } from './page.ts';
import { createPublisher } from './publish.ts';
import { ResyncScheduler } from './resync.ts';
import { SessionValidation } from './session-validation.ts';
import { type UserEvent, UserEvents } from '../membership/user-events.ts';
import type { Membership, RoomContext } from './room.ts';
import { publishMessage } from './room-payload.ts';
import { traceAppends } from './traced-append.ts';
import type { Member, Rooms, RoomsOptions } from './room-types.ts';
import { handleMessages } from './message-handlers.ts';
import { MembershipHandlers } from '../membership/membership-handlers.ts';
import { limitMemberships } from '../membership/memberships.ts';
import { limitReadMarkers } from '../membership/read-markers.ts';
import { PresenceHandlers } from '../presence/presence-handlers.ts';
import { handleTyping } from '../presence/typing.ts';

type Present = Reply<RoomsProtocol, 'join'>['present'];

/** Serves the rooms protocol on `connections`, using only its public API. */
export function createRooms<P extends AnyRoomsProtocol, D extends object>(options: RoomsOptions<P, D>): Rooms<P> {
  // The content of messages is the only difference between protocols, and `MessageFormat` handles it.
  return createRoomsOf(options as unknown as RoomsOptions) as unknown as Rooms<P>;
}

function createRoomsOf(options: RoomsOptions): Rooms {
  const { connections, revalidate, observer = {}, log = silent, tracing } = options;
  const bus = new BusScope(options.bus);
  const timeoutMs = options.storeTimeoutMs ?? storeTimeoutMs;
  const history = limitHistory(options.history, timeoutMs);
  const append = traceAppends(history, tracing);
  const resync = new ResyncScheduler({ history, headCheckMs: options.headCheckMs ?? 30_000, log });
  const { limits, codec } = connections;
  const format = formatOf(codec.protocol);
  const share = new LoopShare();
  const cluster = options.cluster ?? createMemoryCluster({ log });
  const authorizations = new Authorizations(cluster);
  const access = createAccess({ connections, authorizations, revalidate, authorize: options.authorize, timeoutMs });
  const validation = new SessionValidation({ authorizations, list: () => connections.list(), revalidate, log });
  const context: RoomContext = {
    history,
    bus,
    format,
    resync,
    authorizations,
    authorizeMembers: (room) => eviction.authorizeMembers(room),
    gapTimeoutMs: options.gapTimeoutMs ?? 25,
    log,
    tracing,
    forceResync: (connection) => connections.close({ id: connection.id }, 'try_again_later'),
    delivered: (room, members, ms) => observer.delivered?.(room, members, ms),
    follow: (room) => {
      const endPresence = presence.follow(room);
      const endTyping = typing(room);
      return () => {
        try {
          endPresence();
        } finally {
          endTyping();
        }
      };
    },
  };
  const roomMembers = new RoomMembers({
    roomsPerConnection: limits.rooms,
    context,
    share,
    onLeft: (left, away, dropped) => {
      const { connection, room } = left;
      localPresence.left(room.name, connection.identity.user, away, dropped);
      observer.left?.(toJoinedRoom(left), connection);
    },
    log,
  });
  const { rooms, clients } = roomMembers;
  const leave = (membership: Membership, dropped?: boolean): void => {
    roomMembers.leave(membership, dropped);
  };
  const clientOf = (connection: Connection): RoomClient => roomMembers.clientOf(connection);
  const hasJoined = (connection: Connection, room: string): boolean => roomMembers.hasJoined(connection, room);
  const node = cluster.id;
  const store = options.presence ?? createMemoryPresence();
  const presence = new PresenceHandlers({
    connections,
    presence: store,
    bus,
    node,
    graceMs: options.presenceGraceMs ?? 10_000,
    gapTimeoutMs: context.gapTimeoutMs,
    log,
  });
  const { localPresence } = presence;
  const typing = handleTyping({ connections, bus, localPresence, hasJoined, log });

  const userEvents = new UserEvents({ bus, node, log, onEvent });
  if (options.readMarkers !== undefined && options.memberships === undefined) {
    throw new TypeError('invalid options: readMarkers requires memberships');
  }
  const membership =
    options.memberships &&
    new MembershipHandlers({
      connections,
      memberships: limitMemberships(options.memberships, timeoutMs),
      readMarkers: options.readMarkers && limitReadMarkers(options.readMarkers, timeoutMs),
      share,
      bus,
      log,
      joinCreatesMembership: options.joinCreatesMembership ?? (() => true),
      hasJoined,
      joinedBy: (room, user) => localPresence.find(room, user)?.connections ?? 0,
      requireAccess: (identity, room) => access.require(identity, room, 'history'),
      userEvents,
      mayDeliver: () => authorizations.areSessionsValid(),
    });
  const eviction = createEviction({
    connections,
    clients,
    leave,
    authorize: options.authorize,
    requireSessions: (members) => validation.require(members),
    log,
  });
  const removal = createRemoval({
    bus,
    cluster,
    evict(room, user, code) {
      if (user === undefined) {
        membership?.roomClosed(room);
        const closed = rooms.get(room);
        return closed === undefined ? 0 : eviction.evictAll(closed, code);
      }
      membership?.onEvent({ kind: 'evicted', room, user });
      return eviction.evict(room, user, code);
    },
    missed: onMissed,
    log,
  });

  const memberEvents = createMemberEvents({
    bus,
    cluster,
    receivers(room) {
      const receivers = new Set(roomMembers.connectionsIn(room));
      for (const user of membership?.listedBy(room) ?? []) {
        for (const connection of connections.list({ user })) receivers.add(connection);
      }
      return receivers;
    },
    log,
  });

  function onEvent(event: UserEvent): void {
    membership?.onEvent(event);
  }

  /** Messages of other nodes may have been lost. */
  function onMissed(): void {
    authorizations.invalidate();
    validation.start();
    membership?.onMissed();
    for (const room of rooms.values()) room.authorizeAgain();
  }

  function emitEvent(event: UserEvent): void {
    membership?.onEvent(event);
    userEvents.publish(event);
  }

  const enter = (client: RoomClient, room: string): Membership => roomMembers.enter(client, room);
  const prepare = ({ connection, room }: Membership): Promise<unknown> =>
    Promise.all([presence.ready(room), membership?.joining(connection.identity, room.name)]);
  const present = (membership: Membership): Present =>
    presence.joined(membership, roomMembers.isAway(membership.connection));

  let isStopped = false;
  const endOnLeaseLost = cluster.onLeaseLost(onMissed);
  const endOnNodeDown = cluster.onNodeDown((dead) => {
    withDeadline('presence.removeNode', () => presence.removeNode(dead)).catch((error: unknown) => {
      log.error({ err: error, node: dead }, 'the presence of a node that is down could not be removed');
    });
  });
  const endOnClosed = connections.onClosed((connection, { name }) => {
    const client = clients.get(connection);
    const dropped = name !== 'session_ended' && name !== 'closed_by_operator';
    presence.closed(connection, client?.away === true, dropped);
    if (client === undefined) return;
    for (const membership of client.memberships.list()) leave(membership, dropped);
    clients.delete(connection);
    client.reader.end();
  });

  handleRoomRequests({
    connections,
    clients,
    clientOf,
    setAway: (client, away) => {
      presence.setAway(client, away);
    },
    join: {
      history,
      format,
      authorizations,
      requireAccess: access.require,
      ...{ enter, leave, prepare, present, timeoutMs, log },
    },
    requireAccess: access.require,
  });

  handleMessages({
    connections,
    append,
    authorize: access.authorize,
    timeoutMs,
    clientOf,
    appended: (room, ms) => observer.appended?.(room, ms),
  });

  function deliver({ message, duplicate }: Appended, epoch: string): void {
    if (!duplicate) observer.appended?.(message.room);
    const room = rooms.get(message.room);
    if (room === undefined) publishMessage(message, epoch, context);
    else room.publish(message, epoch);
  }

  return {
    list: () => [...rooms.values()].map((room) => ({ room: room.name, connections: room.members.size })),
    members: (name) => {
      const users: Member[] = [];
      for (const { user, connections: joined } of localPresence.in(name)) {
        if (joined > 0) users.push({ user, connections: joined });
      }
      return users;
    },
    joinedBy: (connection) => roomMembers.joinedBy(connection),
    connectionsIn: (room) => roomMembers.connectionsIn(room),
    present: async (name) => (await store.list(name)).present,
    statusOf: (users) => store.statusOf(users),
    memberAdded: (room, user) => {
      emitEvent({ kind: 'added', room, user });
    },
    memberRemoved: (room, user) => {
      emitEvent({ kind: 'removed', room, user });
    },
    remove: (room, user, code) => removal.remove(room, user, code),
    closeRoom: (room, code) => removal.removeAll(room, code),
    sendToMembers: (room, type, data) => memberEvents.send(room, type, data),
    publish: createPublisher({
      connections,
      history,
      append,
      epochOf(room) {
        const { epoch = '' } = rooms.get(room) ?? {};
        return epoch === '' ? undefined : epoch;
      },
      deliver,
      timeoutMs,
      log,
    }),
    history: (room, query) => readPage(history, room, query, format),
    deliver,
    async stop() {
      if (isStopped) return;
      isStopped = true;
      validation.stop();
      const parts = [
        ...roomMembers.stop(),
        eviction,
        removal,
        memberEvents,
        ...(membership === undefined ? [] : [membership]),
        resync,
      ];
      endAll([endOnNodeDown, endOnLeaseLost, endOnClosed, ...parts], log);
      // Publishes that the users of this node are gone, so the bus is ended after it.
      await presence.stop();
      endAll([bus], log);
      if (options.cluster === undefined) await cluster.close();
    },
  };
}
