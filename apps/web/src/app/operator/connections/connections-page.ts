import { Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { ConnectionInfo, ConnectionsQuery } from '@usher/operator-api';
import { consoleTexts } from '../../texts/operator.ts';
import { connectionsTexts } from '../../texts/operator-connections.ts';
import { injectNow } from '../../ui/environment.ts';
import { OperatorSocket } from '../data/operator-socket.ts';
import { PagedQuery } from '../data/paged-query.ts';
import { injectUrlFilter } from '../data/url-filter.ts';
import { titleOf } from '../../explain/explanation.ts';
import { ConsolePage } from '../ui/console-page.ts';
import { FilterBar, type FilterField } from '../ui/filter-bar.ts';
import { agoOf, countOf, queueOf } from '../ui/format.ts';
import { QueryList } from '../ui/query-list.ts';
import { EmptyList } from '../ui/empty-list.ts';

const { fields } = connectionsTexts;

/** The size of a send queue is shown from this value on (bytes). */
const notableQueue = 64 * 1_024;

/** Open and recently closed connections. */
@Component({
  selector: 'app-connections-page',
  imports: [ConsolePage, FilterBar, QueryList, RouterLink, EmptyList],
  templateUrl: './connections-page.html',
  styleUrl: './connections-page.scss',
})
export class ConnectionsPage {
  private readonly socket = inject(OperatorSocket);
  protected readonly filter = injectUrlFilter(['state', 'user', 'session', 'address', 'room', 'node']);
  private readonly list = computed<ConnectionsQuery>(() => {
    const { state, ...filter } = this.filter.values();
    return { ...filter, state: state === 'closed' ? 'closed' : 'open' };
  });
  protected readonly query = new PagedQuery({
    params: this.list,
    load: async (filter, cursor, signal) => {
      const params = { ...filter, ...(cursor !== undefined && { cursor }) };
      const { connections, ...page } = await this.socket.request('connections', params, { signal });
      return { items: connections, ...page };
    },
    countNew: async (filter, items, signal) => {
      const { connections } = await this.socket.request('connections', filter, { signal });
      const known = new Set(items.map(({ id }) => id));
      return connections.filter(({ id }) => !known.has(id)).length;
    },
  });
  private readonly now = injectNow(5_000);

  protected readonly texts = { connections: connectionsTexts, console: consoleTexts } as const;
  protected readonly fields: readonly FilterField[] = [
    { name: 'user', label: fields.user },
    { name: 'session', label: fields.session },
    { name: 'address', label: fields.address },
    { name: 'room', label: fields.room },
    { name: 'node', label: fields.node },
  ];
  protected readonly states = ['open', 'closed'] as const;
  protected readonly state = computed(() => this.list().state ?? 'open');
  protected readonly user = computed(() => this.filter.values().user);
  protected readonly isFiltered = computed(() => this.fields.some(({ name }) => name in this.filter.values()));
  protected readonly total = computed(() => {
    const total = this.query.total();
    return total === undefined ? '' : connectionsTexts.total(total, countOf(total));
  });
  protected readonly rows = computed(() => this.query.items()?.map((connection) => this.rowOf(connection)));

  private rowOf({ id, user, address, node, openedAt, closed, rooms, queuedBytes, rateLimited }: ConnectionInfo) {
    return {
      id,
      user,
      about: [address, node, connectionsTexts.rooms(rooms)].filter((part) => part !== undefined).join(' · '),
      when:
        closed === undefined
          ? connectionsTexts.openedAgo(agoOf(openedAt, this.now()))
          : connectionsTexts.closedAgo(agoOf(closed.at, this.now())),
      why: closed === undefined ? undefined : whyOf(closed),
      slow: queuedBytes >= notableQueue ? connectionsTexts.slow(queueOf(queuedBytes)) : undefined,
      limited: rateLimited > 0 ? connectionsTexts.limited(rateLimited) : undefined,
    };
  }
}

/** Why a connection closed, with its code. 1005 is not sent: the client closed without a code (RFC 6455 §7.1.5). */
function whyOf({ name, code }: NonNullable<ConnectionInfo['closed']>): string {
  const title = name === undefined && code === 1_005 ? connectionsTexts.noCode : titleOf(name ?? '');
  return `${title} ${code}`.trim();
}
