import type { Protocol } from '@usher/protocol';
import { withDeadline } from '../support/deadline.ts';
import { RequestError } from '../support/errors.ts';
import type { Connection } from './connection.ts';
import type { ConnectionsOptions } from './connections-types.ts';
import type { ServerConnection } from './server-connection.ts';

interface LeasesOptions {
  /** How long a lease lasts, in milliseconds. */
  readonly leaseMs: number;
  /** Returns Unix milliseconds. */
  readonly now: () => number;
  readonly renew: ConnectionsOptions<Protocol>['renew'];
  /** How long `renew` may take, in milliseconds. */
  readonly renewTimeoutMs: number;
  /** Returns a connection that is served, by its id. */
  readonly find: (id: string) => ServerConnection | undefined;
  /** Called when a connection has its new lease and roles. */
  readonly onRenewed: (connection: ServerConnection) => void;
}

/** A lease that begins now. */
interface Lease {
  /** In Unix milliseconds. */
  readonly now: number;
  /** In monotonic milliseconds. */
  readonly since: number;
  /** When it ends, in Unix seconds. */
  readonly lease: number;
  /** When it ends, in monotonic milliseconds. */
  readonly endsAt: number;
}

/** Grants leases, and renews them with tickets. */
export class Leases {
  readonly #options: LeasesOptions;

  constructor(options: LeasesOptions) {
    this.#options = options;
  }

  /**
   * Returns a lease from now on.
   *
   * @param lease when it ends, in Unix seconds; defaults to the duration of a lease from now
   */
  from(lease: number | undefined): Lease {
    const now = this.#options.now();
    const since = performance.now();
    const ends = lease ?? Math.ceil((now + this.#options.leaseMs) / 1000);
    return { now, since, lease: ends, endsAt: since + ends * 1000 - now };
  }

  /** Handles `renew`. */
  async renew({ ticket }: { readonly ticket: string }, connection: Connection): Promise<{ lease: number }> {
    const { renew, renewTimeoutMs, find, onRenewed } = this.#options;
    const renewal = await withDeadline('renew', () => renew?.(connection, ticket), renewTimeoutMs);
    if (renewal === undefined) throw new RequestError('invalid_ticket', 'Invalid ticket');
    const current = find(connection.id);
    // The connection closed while its ticket was validated, so no client receives this reply.
    if (current === undefined) throw new RequestError('invalid_ticket', 'Invalid ticket');
    const { lease, endsAt } = this.from(renewal.lease);
    current.lease = lease;
    current.leaseEndsAt = endsAt;
    current.leaseNoticed = false;
    if (renewal.roles !== undefined) current.identity = { ...current.identity, roles: renewal.roles };
    onRenewed(current);
    return { lease };
  }
}
