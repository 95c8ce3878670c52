import type { Params, Reply, RoomsProtocol } from '@usher/protocol';
import type { Authorizations } from './authorizations.ts';
import type { Call, Replied } from '../connections/connections-types.ts';
import type { Identity } from '../connections/connection.ts';
import type { RoomClient } from './room-client.ts';
import type { MessageFormat } from './content.ts';
import type { History } from './history.ts';
import { readForJoin } from './page.ts';
import { RequestError } from '../support/errors.ts';
import type { Membership } from './room.ts';
import { withDeadline } from '../support/deadline.ts';
import type { Logger } from '../support/log.ts';

/** How often a join is attempted if a removal interrupts it or the replay buffer overflows. */
const attempts = 4;

/** The operations that a join needs. */
export interface JoinContext {
  readonly history: History;
  readonly format: MessageFormat;
  readonly authorizations: Authorizations;
  /** Rejects with the error for the client if the identity may not join. */
  readonly requireAccess: (identity: Identity, room: string, action: 'join') => Promise<void>;
  /** Returns the membership of the room, creating it if necessary. It is not live yet. */
  readonly enter: (client: RoomClient, room: string) => Membership;
  readonly leave: (membership: Membership) => void;
  /** Prepares presence and membership in parallel to the read. */
  readonly prepare: (membership: Membership) => Promise<unknown>;
  /** Adds the member to the presence list, if it is missing, and returns the list. */
  readonly present: (membership: Membership) => JoinReply['present'];
  /** How long the preparation may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly log: Logger;
}

type Join = Params<RoomsProtocol, 'join'>;
type JoinReply = Reply<RoomsProtocol, 'join'>;

/**
 * Joins a room: authorizes the connection, reads the missed messages, replies and delivers all later messages exactly once. A join
 * that fails also ends an earlier membership of the connection in the room.
 */
export async function join(
  context: JoinContext,
  client: RoomClient,
  params: Join,
  call: Call<JoinReply>,
): Promise<Replied> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    // Create the membership before the authorization, so that a concurrent removal of the user finds it.
    const membership = context.enter(client, params.room);
    const { room } = membership;
    room.beginJoin();
    try {
      const { generation } = context.authorizations;
      await context.requireAccess(client.connection.identity, params.room, 'join');
      if (isGone(membership)) continue;
      room.listen();
      const [page] = await Promise.all([
        client.reader.run(client.connection, () => readForJoin(context.history, params, context.format)),
        prepareInTime(context, membership),
      ]);
      // A removal during the read may have been missed.
      if (!context.authorizations.areValid(generation)) {
        const { identity } = membership.connection;
        await context.requireAccess(identity, params.room, 'join');
      }
      if (page === undefined || isGone(membership)) continue;
      const replay = room.goLive(membership, page);
      if (replay === false) continue;
      const present = context.present(membership);
      membership.joined = true;
      const { epoch, seq, recovery, messages, more } = page;
      const replied = call.reply({
        room: params.room,
        epoch,
        seq,
        recovery,
        messages: [...messages],
        more,
        present,
      });
      replay();
      return replied;
    } catch (error) {
      context.leave(membership);
      throw error;
    } finally {
      room.endJoin();
    }
  }
  const membership = client.memberships.get(params.room);
  if (membership !== undefined) context.leave(membership);
  throw new RequestError('rate_limited', 'the room is too busy to join it now', { retryAfterMs: 1_000 });
}

/** Never rejects: without it, the join succeeds with the presence that is known so far. */
async function prepareInTime({ prepare, timeoutMs, log }: JoinContext, membership: Membership): Promise<void> {
  try {
    await withDeadline('the preparation of a join', () => prepare(membership), timeoutMs);
  } catch (error) {
    log.error({ err: error, room: membership.room.name }, 'presence or membership was not ready in time');
  }
}

/** Checked after every await, because a concurrent removal may have ended the membership. */
function isGone({ gone }: Membership): boolean {
  return gone;
}
