import type { EndCause, RoomsProtocol } from '@usher/protocol';
import type { Connections, RevocableSessions } from '@usher/realtime';
import type { SessionStatus } from '../auth/session-status.ts';
import type { Sessions } from '../auth/sessions.ts';
import { rolesChangedReason } from './user-commands.ts';

/**
 * Returns the sessions of the app as the revocation needs them. A validation also closes the connections of valid sessions whose roles have
 * changed, in case this node missed the command of `UserCommands`.
 */
export function revocableSessions(
  sessions: Pick<Sessions, 'end' | 'validateMany'>,
  connections: Pick<Connections<RoomsProtocol>, 'list' | 'close'>,
): RevocableSessions {
  function closeOutdated(session: string, status: SessionStatus | undefined): void {
    if (status?.state !== 'good') return;
    for (const { id, identity } of connections.list({ session })) {
      if (!isSameSet(identity.roles, status.roles)) connections.close({ id }, 'lease_expired', rolesChangedReason);
    }
  }

  return {
    end: (revoked, cause) => sessions.end(revoked, cause),
    causesOfEnd: async (pairs) => {
      const statuses = await sessions.validateMany(pairs);
      for (const [index, { session }] of pairs.entries()) closeOutdated(session, statuses[index]);
      return statuses.map(causeOf);
    },
  };
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item) => other.includes(item));
}

/** Why a session is over, or `undefined` if it is valid. */
function causeOf(status: SessionStatus): EndCause | undefined {
  if (status.state === 'good') return undefined;
  return status.state === 'user_disabled' ? 'user_disabled' : (status.cause ?? 'signed_out');
}
