import { Component, computed, inject } from '@angular/core';
import { MatMenu, MatMenuContent, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { RouterLink } from '@angular/router';
import type { OperatorRoom, OperatorRoomsQuery } from '@usher/operator-api';
import { operatorRoomsTexts, removeMessageTexts } from '../../texts/operator-rooms.ts';
import { injectDialog } from '../../ui/dialog.ts';
import { injectNow } from '../../ui/environment.ts';
import { Icon } from '../../ui/icon.ts';
import { OperatorActions } from '../data/actions.ts';
import { OperatorSocket } from '../data/operator-socket.ts';
import { PagedQuery } from '../data/paged-query.ts';
import { injectUrlFilter } from '../data/url-filter.ts';
import { injectAction } from '../ui/action.ts';
import { ConsolePage } from '../ui/console-page.ts';
import { FilterBar, type FilterField } from '../ui/filter-bar.ts';
import { agoOf, countOf, rateOf } from '../ui/format.ts';
import { QueryList } from '../ui/query-list.ts';
import { EmptyList } from '../ui/empty-list.ts';

const texts = operatorRoomsTexts;

/** All rooms, with the actions on them. */
@Component({
  selector: 'app-operator-rooms-page',
  imports: [
    ConsolePage,
    FilterBar,
    Icon,
    QueryList,
    MatMenu,
    MatMenuContent,
    MatMenuItem,
    MatMenuTrigger,
    RouterLink,
    EmptyList,
  ],
  templateUrl: './rooms-page.html',
  styleUrl: './rooms-page.scss',
})
export class RoomsPage {
  private readonly socket = inject(OperatorSocket);
  private readonly actions = inject(OperatorActions);
  private readonly act = injectAction();
  private readonly dialog = injectDialog();
  protected readonly filter = injectUrlFilter(['q', 'order']);
  protected readonly query = new PagedQuery({
    params: this.filter.values,
    load: async ({ q, order }, cursor, signal) => {
      const params: OperatorRoomsQuery = {
        ...(q !== undefined && { q }),
        ...(order === 'name' && { order }),
        ...(cursor !== undefined && { cursor }),
      };
      const { rooms, ...page } = await this.socket.request('rooms', params, { signal });
      return { items: rooms, ...page };
    },
  });
  private readonly now = injectNow(10_000);

  protected readonly texts = texts;
  protected readonly fields: readonly FilterField[] = [
    { name: 'q', label: texts.fields.q },
    {
      name: 'order',
      label: texts.fields.order,
      any: texts.recent,
      options: [{ value: 'name', label: texts.byName }],
    },
  ];
  protected readonly isFiltered = computed(() => this.filter.values().q !== undefined);
  protected readonly total = computed(() => {
    const total = this.query.total();
    return total === undefined ? '' : texts.total(total, countOf(total));
  });
  protected readonly rows = computed(() => this.query.items()?.map((room) => this.rowOf(room)));

  protected async archive({ room, title }: OperatorRoom, archived: boolean): Promise<void> {
    const { heading, text, yes } = archived ? texts.archiveQuestion : texts.restoreQuestion;
    const run = () => this.actions.archiveRoom(room, archived);
    await this.act({ heading: heading(title), text, yes, danger: archived, run });
    this.query.reload();
  }

  protected async close({ room, title }: OperatorRoom): Promise<void> {
    const { heading, text, yes } = texts.closeQuestion;
    await this.act({ heading: heading(title), text, yes, danger: true, run: () => this.actions.closeRoom(room) });
    this.query.reload();
  }

  protected async removeMessage({ room, title }: OperatorRoom): Promise<void> {
    const load = async () => (await import('./remove-message-dialog.ts')).RemoveMessageDialog;
    const seq = await this.dialog<number>(load, { data: title });
    if (seq === undefined) return;
    const { heading, text, yes } = removeMessageTexts.question;
    const run = () => this.actions.removeMessage(room, seq);
    await this.act({ heading: heading(seq, title), text, yes, danger: true, run });
    this.query.reload();
  }

  private rowOf(room: OperatorRoom) {
    const { title, members, seq, at, messagesPerMinute, owner } = room;
    return {
      room,
      title: title === '' ? room.room : title,
      about: [
        room.room,
        texts.members(members, countOf(members)),
        texts.messages(seq, countOf(seq)),
        texts.rate(rateOf(messagesPerMinute)),
        texts.active(agoOf(at, this.now())),
        owner === undefined ? undefined : texts.owner(owner),
      ]
        .filter((part) => part !== undefined)
        .join(' · '),
    };
  }
}
