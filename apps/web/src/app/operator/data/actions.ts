import { HttpClient, HttpErrorResponse } from '@angular/common/http';
import { Service, inject } from '@angular/core';
import type { CreatedKey, Delivery, NewKey, PasswordLink } from '@usher/operator-api';
import type { Proof } from '@usher/protocol';
import { type Observable, firstValueFrom } from 'rxjs';
import { problemCode } from '../../session/http-errors.ts';
import { isProof } from '../../settings/revocation.ts';
import { OperatorSocket } from './operator-socket.ts';

/** The outcome of an action. */
export interface ActionOutcome {
  /** The connections that each node closed; absent for actions that close none. */
  readonly proof?: Proof;
  /** How many connections each node has notified; absent for actions that send no event. */
  readonly delivery?: Delivery;
  /** Whether every live node has confirmed the action. */
  readonly complete: boolean;
  /** The live nodes that have not confirmed it. */
  readonly missing: readonly string[];
}

/** The calls that change something. Every method throws HttpErrorResponse if nothing was changed. */
@Service({ autoProvided: false })
export class OperatorActions {
  private readonly http = inject(HttpClient);
  private readonly socket = inject(OperatorSocket);

  closeConnection(id: string): Promise<ActionOutcome> {
    return this.outcomeOf(this.http.delete(`/api/admin/connections/${encodeURIComponent(id)}`));
  }

  endSessions(user: string): Promise<ActionOutcome> {
    return this.outcomeOf(this.http.delete(`/api/admin/users/${encodeURIComponent(user)}/sessions`));
  }

  endSession(user: string, session: string): Promise<ActionOutcome> {
    const path = `/api/admin/users/${encodeURIComponent(user)}/sessions/${encodeURIComponent(session)}`;
    return this.outcomeOf(this.http.delete(path));
  }

  changeUser(user: string, change: { readonly disabled?: boolean; readonly roles?: string[] }): Promise<ActionOutcome> {
    return this.outcomeOf(this.http.put(`/api/admin/users/${encodeURIComponent(user)}`, change));
  }

  createUser(user: string, roles: string[]): Promise<PasswordLink> {
    return firstValueFrom(this.http.post<PasswordLink>('/api/admin/users', { user, roles }));
  }

  createPasswordLink(user: string): Promise<PasswordLink> {
    const path = `/api/admin/users/${encodeURIComponent(user)}/password-link`;
    return firstValueFrom(this.http.post<PasswordLink>(path, {}));
  }

  archiveRoom(room: string, archived: boolean): Promise<ActionOutcome> {
    return this.outcomeOf(this.http.put(`/api/admin/rooms/${encodeURIComponent(room)}`, { archived }));
  }

  closeRoom(room: string): Promise<ActionOutcome> {
    return this.outcomeOf(this.http.delete(`/api/admin/rooms/${encodeURIComponent(room)}`));
  }

  removeMessage(room: string, seq: number): Promise<ActionOutcome> {
    return this.outcomeOf(this.http.delete(`/api/admin/rooms/${encodeURIComponent(room)}/messages/${seq}`));
  }

  createKey(key: NewKey): Promise<CreatedKey> {
    return firstValueFrom(this.http.post<CreatedKey>('/api/admin/keys', key));
  }

  revokeKey(id: string): Promise<ActionOutcome> {
    return this.outcomeOf(this.http.delete(`/api/admin/keys/${encodeURIComponent(id)}`));
  }

  drainNode(node: string): Promise<ActionOutcome> {
    return this.outcomeOf(this.http.post(`/api/admin/nodes/${encodeURIComponent(node)}/drain`, {}));
  }

  /** Returns the complete audit log as JSON Lines. */
  exportAudit(): Promise<Blob> {
    return firstValueFrom(this.http.get('/api/admin/audit/export', { responseType: 'blob' }));
  }

  /** A 503 with a proof is an outcome too: the change is durable, but not every node has confirmed it. */
  private async outcomeOf(call: Observable<object | null>): Promise<ActionOutcome> {
    try {
      const body: unknown = await firstValueFrom(call);
      return { ...evidenceIn(body), complete: true, missing: [] };
    } catch (error) {
      const body: unknown = error instanceof HttpErrorResponse ? error.error : undefined;
      const evidence = evidenceIn(body);
      const { nodes } = evidence.proof ?? evidence.delivery ?? {};
      if (problemCode(error) !== 'store_unavailable' || nodes === undefined) throw error;
      return { ...evidence, complete: false, missing: await this.nodesWithout(nodes) };
    }
  }

  /** Returns the live nodes that the proof does not contain; an empty list if they are unknown. */
  private async nodesWithout(confirmed: readonly { readonly node: string }[]): Promise<readonly string[]> {
    try {
      const { nodes, missing } = await this.socket.request('nodes', {});
      const live = [...nodes.map(({ node }) => node), ...missing];
      return live.filter((node) => !confirmed.some((each) => each.node === node));
    } catch {
      return [];
    }
  }
}

/** The proof or delivery that a response contains. */
function evidenceIn(body: unknown): Pick<ActionOutcome, 'proof' | 'delivery'> {
  if (isProof(body)) return { proof: body };
  return isDelivery(body) ? { delivery: body } : {};
}

function isDelivery(value: unknown): value is Delivery {
  return typeof value === 'object' && value !== null && 'delivered' in value && 'nodes' in value;
}
