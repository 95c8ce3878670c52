import { Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { User, UsersQuery } from '@usher/operator-api';
import { usersTexts } from '../../texts/operator-users.ts';
import { Avatar } from '../../ui/avatar.ts';
import { injectDialog } from '../../ui/dialog.ts';
import { injectNow } from '../../ui/environment.ts';
import { Icon } from '../../ui/icon.ts';
import { OperatorSocket } from '../data/operator-socket.ts';
import { PagedQuery } from '../data/paged-query.ts';
import { injectUrlFilter } from '../data/url-filter.ts';
import { ConsolePage } from '../ui/console-page.ts';
import { FilterBar, type FilterField } from '../ui/filter-bar.ts';
import { agoOf, countOf } from '../ui/format.ts';
import { QueryList } from '../ui/query-list.ts';
import { EmptyList } from '../ui/empty-list.ts';

/** All accounts, by name. */
@Component({
  selector: 'app-users-page',
  imports: [Avatar, ConsolePage, FilterBar, Icon, QueryList, RouterLink, EmptyList],
  templateUrl: './users-page.html',
  styleUrl: './users-page.scss',
})
export class UsersPage {
  private readonly socket = inject(OperatorSocket);
  private readonly dialog = injectDialog();
  protected readonly filter = injectUrlFilter(['q', 'disabled', 'role']);
  protected readonly query = new PagedQuery({
    params: this.filter.values,
    load: async ({ disabled, ...filter }, cursor, signal) => {
      const params: UsersQuery = {
        ...filter,
        ...(disabled !== undefined && { disabled: disabled === 'true' }),
        ...(cursor !== undefined && { cursor }),
      };
      const { users, ...page } = await this.socket.request('users', params, { signal });
      return { items: users, ...page };
    },
  });
  private readonly now = injectNow(30_000);

  protected readonly texts = usersTexts;
  protected readonly fields: readonly FilterField[] = [
    { name: 'q', label: usersTexts.fields.q },
    {
      name: 'disabled',
      label: usersTexts.fields.disabled,
      options: [
        { value: 'false', label: usersTexts.enabled },
        { value: 'true', label: usersTexts.disabled },
      ],
    },
    { name: 'role', label: usersTexts.fields.role },
  ];
  protected readonly total = computed(() => {
    const total = this.query.total();
    return total === undefined ? '' : usersTexts.total(total, countOf(total));
  });
  protected readonly rows = computed(() => this.query.items()?.map((user) => this.rowOf(user)));

  protected async create(): Promise<void> {
    await this.dialog(async () => (await import('./new-user-dialog.ts')).NewUserDialog);
    this.query.reload();
  }

  private rowOf({ user, roles, disabled, seenAt, sessions, connections }: User) {
    return {
      user,
      roles,
      disabled,
      about: seenAt === undefined ? usersTexts.never : usersTexts.seen(agoOf(seenAt, this.now())),
      side: [usersTexts.sessions(sessions), connections === undefined ? undefined : usersTexts.connections(connections)]
        .filter((part) => part !== undefined)
        .join(' · '),
    };
  }
}
