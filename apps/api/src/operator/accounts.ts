import type {
  ApiKeys as ApiKeyList,
  Audit,
  AuditQuery,
  OperatorRooms,
  OperatorRoomsQuery,
  UserDetail,
  Users,
  UsersQuery,
} from '@usher/operator-api';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/schema.ts';
import { HttpProblem } from '../http/http-problem.ts';
import { RoomQueries } from './accounts-rooms.ts';
import { UserQueries, type UserQueriesOptions } from './accounts-users.ts';
import type { ApiKeys } from './api-keys-store.ts';
import type { AuditLog } from './audit-log.ts';

export interface OperatorAccountsOptions extends UserQueriesOptions {
  readonly keys: ApiKeys;
  readonly audit: AuditLog;
}

/**
 * What operators see of users, rooms, API keys and the audit log: the same over HTTP and over the operator's socket. The callers check the
 * role. An invalid cursor rejects with an `HttpProblem` `bad_request`.
 */
export class OperatorAccounts {
  readonly #users: UserQueries;
  readonly #rooms: RoomQueries;
  readonly #keys: ApiKeys;
  readonly #audit: AuditLog;

  constructor(db: Kysely<Tables>, options: OperatorAccountsOptions) {
    this.#users = new UserQueries(db, options);
    this.#rooms = new RoomQueries(db, options.now);
    this.#keys = options.keys;
    this.#audit = options.audit;
  }

  users(query: UsersQuery): Promise<Users> {
    return this.#users.list(query);
  }

  /** @throws HttpProblem 404 `not_found` */
  async user(name: string): Promise<UserDetail> {
    const detail = await this.#users.find(name);
    if (detail === undefined) throw new HttpProblem('not_found');
    return detail;
  }

  rooms(query: OperatorRoomsQuery): Promise<OperatorRooms> {
    return this.#rooms.list(query);
  }

  async keys(): Promise<ApiKeyList> {
    return { keys: await this.#keys.list() };
  }

  audit(query: AuditQuery): Promise<Audit> {
    return this.#audit.list(query);
  }
}
