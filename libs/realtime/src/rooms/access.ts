import type { Protocol } from '@usher/protocol';
import type { Identity } from '../connections/connection.ts';
import type { Connections } from '../connections/connections-types.ts';
import { withDeadline } from '../support/deadline.ts';
import { requireAllowed } from '../support/errors.ts';
import type { Authorizations } from './authorizations.ts';
import type { Authorize, RoomAction, RoomsOptions } from './room-types.ts';

interface AccessOptions {
  readonly connections: Pick<Connections<Protocol>, 'list' | 'count'>;
  readonly authorizations: Authorizations;
  readonly authorize: Authorize;
  readonly revalidate: RoomsOptions['revalidate'];
  /** How long a request waits for the decision, in milliseconds. */
  readonly timeoutMs: number;
}

interface Access {
  /** Decides whether an identity may perform an action. Validates its session first if that may have ended unnoticed. */
  readonly authorize: Authorize;
  /** Rejects with the error for the client if the identity may not perform the action, or with `StoreTimeout`. */
  readonly require: (identity: Identity, room: string, action: RoomAction) => Promise<void>;
}

/** Decides on the access to rooms, with the function of the application. */
export function createAccess(options: AccessOptions): Access {
  const { connections, authorizations, revalidate, timeoutMs } = options;
  const authorize: Authorize = (identity, room, action) => {
    if (revalidate === undefined || authorizations.areSessionsValid()) return options.authorize(identity, room, action);
    const { session } = identity;
    return revalidate(connections.list({ session })).then(() =>
      connections.count({ session }) === 0 ? 'not_found' : options.authorize(identity, room, action),
    );
  };
  return {
    authorize,
    async require(identity, room, action) {
      requireAllowed(await withDeadline('authorize', () => authorize(identity, room, action), timeoutMs));
    },
  };
}
