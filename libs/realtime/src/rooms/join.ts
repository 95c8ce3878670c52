import type { Params, Reply, RoomsProtocol } from '@usher/protocol';
import type { Call, Replied } from '../connections/hub.ts';
import type { Identity } from '../connections/connection.ts';
import type { Guest } from './guest.ts';
import type { History } from './history.ts';
import { readForJoin } from './page.ts';
import { RequestError } from '../connections/request-error.ts';
import type { Membership } from './room.ts';

/** How often a join starts anew: when it was overtaken by a removal, or by more messages than are kept. */
const attempts = 4;

/** What a join does to the rooms. */
export interface JoinMeans {
  readonly history: History;
  /** Rejects with the error to answer unless they may join. */
  readonly judge: (identity: Identity, room: string, action: 'join') => Promise<void>;
  /** The guest's membership of the room, made if need be; not live. */
  readonly enter: (guest: Guest, room: string) => Membership;
  readonly leave: (membership: Membership) => void;
  /** What has to be done for somebody who may join, beside reading; never rejects. */
  readonly prepare: (membership: Membership) => Promise<unknown>;
  /** Counts a member in, if they are not, and answers who is there. */
  readonly present: (membership: Membership) => JoinReply['present'];
}

type Join = Params<RoomsProtocol, 'join'>;
type JoinReply = Reply<RoomsProtocol, 'join'>;

/**
 * Lets a guest into a room: judged, what they missed read, the reply sent, and live behind it without a hole or a double.
 * A join that fails leaves the guest outside, also where they were in before.
 */
export async function join(means: JoinMeans, guest: Guest, params: Join, call: Call<JoinReply>): Promise<Replied> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    // First of all: whoever takes the user out of the room while they are being judged finds them here.
    const membership = means.enter(guest, params.room);
    const { room } = membership;
    room.beginJoin();
    try {
      await means.judge(guest.connection.identity, params.room, 'join');
      if (isGone(membership)) continue;
      room.listen();
      const [page] = await Promise.all([
        guest.reads.run(guest.connection, () => readForJoin(means.history, params)),
        means.prepare(membership),
      ]);
      if (page === undefined || isGone(membership)) continue;
      const replay = room.goLive(membership, page);
      if (replay === false) continue;
      const present = means.present(membership);
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
      means.leave(membership);
      throw error;
    } finally {
      room.endJoin();
    }
  }
  const membership = guest.memberships.get(params.room);
  if (membership !== undefined) means.leave(membership);
  throw new RequestError('rate_limited', 'the room is too busy to join it now', { retryAfterMs: 1_000 });
}

/** Asked again after every await: somebody else may have taken it out meanwhile. */
function isGone({ gone }: Membership): boolean {
  return gone;
}
