import type { OperatorProtocol } from '@usher/operator-api';
import { operatorProtocol } from '@usher/operator-api/server';
import type { Params, Reply, RequestType } from '@usher/protocol';
import { compileProtocol } from '@usher/protocol/server';
import { type Connection, type Connections, createConnections, RequestError, type Renewal } from '@usher/realtime';
import type { ConnectionsObserver, Logger, RealtimeTracing } from '@usher/realtime';
import type { SessionStatus } from '../auth/session-status.ts';
import type { Sessions } from '../auth/sessions.ts';
import { isStoreUnavailable } from '../http/errors.ts';
import { HttpProblem } from '../http/http-problem.ts';

export interface OperatorConnectionsOptions {
  readonly heartbeatMs: number;
  readonly heartbeatGraceMs: number;
  readonly leaseMs: number;
  readonly closeGraceMs: number;
  readonly log: Logger;
  readonly observer: ConnectionsObserver;
  readonly tracing: RealtimeTracing | undefined;
  readonly sessions: Pick<Sessions, 'validate' | 'validateMany'>;
  /** Consumes the ticket of a renewal. */
  readonly renew: (connection: Connection, ticket: string) => Promise<Renewal | undefined>;
}

export type OperatorRequest = Exclude<RequestType<OperatorProtocol>, 'ping' | 'renew'>;

/** Whether roles permit to use the operator protocol and the calls under `/api/admin`. */
export function isOperator(roles: readonly string[]): boolean {
  return roles.includes('admin');
}

/** The sockets of the operator console: the second protocol of this server, with the public API of `@usher/realtime`. */
export class OperatorConnections {
  readonly connections: Connections<OperatorProtocol>;
  readonly #sessions: OperatorConnectionsOptions['sessions'];
  readonly #log: Logger;

  constructor({ sessions, renew, ...options }: OperatorConnectionsOptions) {
    this.#sessions = sessions;
    this.#log = options.log;
    this.connections = createConnections({
      ...options,
      codec: compileProtocol(operatorProtocol),
      limits: { requestsPerSecond: 50 },
      renew: async (connection, ticket) => {
        const renewal = await renew(connection, ticket);
        if (renewal?.roles === undefined || isOperator(renewal.roles)) return renewal;
        this.#close(connection);
        return undefined;
      },
    });
  }

  /**
   * Registers the handler of a request. The session and the role are validated before each request. A lost role closes the socket with 4503.
   * The problem codes of the HTTP API become error codes of the protocol.
   *
   * @param cost see `HandlerOptions.cost`
   */
  handle<T extends OperatorRequest>(
    type: T,
    handler: (params: Params<OperatorProtocol, T>, connection: Connection) => Promise<Reply<OperatorProtocol, T>>,
    cost = 1,
  ): void {
    this.connections.handle(
      type,
      async (params, connection) => {
        try {
          await this.#requireRole(connection);
          return await handler(params, connection);
        } catch (error) {
          throw toRequestError(error);
        }
      },
      { cost },
    );
  }

  /** Closes the sockets of users who have lost the role, also those without requests. Never rejects. */
  async validate(): Promise<void> {
    const open = this.connections.list();
    if (open.length === 0) return;
    try {
      const statuses = await this.#sessions.validateMany(
        open.map(({ identity: { session, user } }) => ({ session, user })),
      );
      for (const [index, connection] of open.entries()) {
        const status = statuses[index];
        if (status !== undefined && !mayStay(status)) this.#close(connection);
      }
    } catch (error) {
      this.#log.warn({ err: error }, 'the roles of open operator sockets could not be validated');
    }
  }

  async #requireRole(connection: Connection): Promise<void> {
    const { session, user } = connection.identity;
    const status = await this.#sessions.validate(session, user);
    if (status.state === 'good' && isOperator(status.roles)) return;
    if (!mayStay(status)) this.#close(connection);
    throw new RequestError('forbidden', 'not allowed');
  }

  /** Not `session_ended`: the user stays signed in, without the role. */
  #close({ id }: Connection): void {
    this.connections.close({ id }, 'closed_by_operator', 'the role admin was removed');
  }
}

/** The revocation closes the sockets of sessions that have ended, with their cause. */
function mayStay(status: SessionStatus): boolean {
  return status.state !== 'good' || isOperator(status.roles);
}

const codes: Readonly<Record<string, string>> = {
  bad_request: 'bad_message',
  forbidden: 'forbidden',
  not_found: 'not_found',
  rate_limited: 'rate_limited',
  store_unavailable: 'store_unavailable',
};

function toRequestError(error: unknown): unknown {
  if (isStoreUnavailable(error))
    return new RequestError('store_unavailable', 'the database is unavailable', { retryAfterMs: 1_000 });
  if (!(error instanceof HttpProblem)) return error;
  const { code, detail, message, retryAfterMs } = error;
  const known = codes[code];
  if (known === undefined) return error;
  return new RequestError(known, detail ?? message, retryAfterMs === undefined ? {} : { retryAfterMs });
}
