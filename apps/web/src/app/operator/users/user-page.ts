import { Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { RequestFailed } from '@usher/client';
import type { UserDetail } from '@usher/operator-api';
import { deviceIcons, deviceText } from '../../settings/format.ts';
import { userTexts, usersTexts } from '../../texts/operator-users.ts';
import { injectDialog } from '../../ui/dialog.ts';
import { injectNow } from '../../ui/environment.ts';
import { Icon } from '../../ui/icon.ts';
import { OperatorActions } from '../data/actions.ts';
import { LiveQuery } from '../data/live-query.ts';
import { OperatorSocket } from '../data/operator-socket.ts';
import { injectAction } from '../ui/action.ts';
import { BackLink } from '../ui/back-link.ts';
import { ConsolePage } from '../ui/console-page.ts';
import { type Fact, Facts } from '../ui/facts.ts';
import { agoOf, dateOf } from '../ui/format.ts';
import { Placeholders } from '../ui/placeholders.ts';
import { Notes } from '../ui/notes.ts';
import { EmptyList } from '../ui/empty-list.ts';

const everyMs = 5_000;

/** One account: its status, its sessions with their devices, and the actions on them. */
@Component({
  selector: 'app-user-page',
  imports: [BackLink, ConsolePage, Facts, Placeholders, Icon, Notes, RouterLink, EmptyList],
  templateUrl: './user-page.html',
  styleUrl: './user-page.scss',
})
export class UserPage {
  /** From the URL. */
  readonly user = input.required<string>();

  private readonly socket = inject(OperatorSocket);
  private readonly actions = inject(OperatorActions);
  private readonly act = injectAction();
  private readonly dialog = injectDialog();
  private readonly now = injectNow(10_000);
  protected readonly query = new LiveQuery(
    () => this.user(),
    async (user, signal): Promise<UserDetail | 'none'> => {
      try {
        return await this.socket.request('user', { user }, { signal });
      } catch (error) {
        if (error instanceof RequestFailed && error.code === 'not_found') return 'none';
        throw error;
      }
    },
    everyMs,
  );

  protected readonly texts = userTexts;
  protected readonly isUnknown = computed(() => this.query.value() === 'none');
  protected readonly found = computed(() => {
    const value = this.query.value();
    return value === 'none' ? undefined : value;
  });
  protected readonly isDisabled = computed(() => this.found()?.user.disabled ?? false);
  protected readonly facts = computed<readonly Fact[]>(() => {
    const account = this.found()?.user;
    if (account === undefined) return [];
    const { user, roles, disabled, createdAt, seenAt, connections } = account;
    const { facts, noRoles, showConnections, showRefusals } = userTexts;
    return [
      { name: facts.status, value: disabled ? usersTexts.disabled : usersTexts.enabled },
      { name: facts.roles, value: roles.length === 0 ? noRoles : roles.join(', ') },
      { name: facts.created, value: dateOf(createdAt) },
      { name: facts.seen, value: seenAt === undefined ? usersTexts.never : agoOf(seenAt, this.now()) },
      {
        name: facts.connections,
        value: connections === undefined ? showConnections : usersTexts.connections(connections),
        link: ['/admin/connections'],
        query: { user },
      },
      { name: facts.refusals, value: showRefusals, link: ['/admin/refusals'], query: { user } },
    ];
  });
  protected readonly sessions = computed(() =>
    this.found()?.sessions.map(({ id, device, address, startedAt, seenAt }) => ({
      id,
      icon: deviceIcons[device.kind],
      device: deviceText(device),
      about: [userTexts.seen(agoOf(seenAt, this.now())), address, userTexts.started(dateOf(startedAt))]
        .filter((part) => part !== undefined)
        .join(' · '),
    })),
  );

  protected async setDisabled(disabled: boolean): Promise<void> {
    const user = this.user();
    const { heading, text, yes } = disabled ? userTexts.disableQuestion : userTexts.enableQuestion;
    const run = () => this.actions.changeUser(user, { disabled });
    await this.act({ heading: heading(user), text, yes, danger: disabled, run });
    this.query.reload();
  }

  protected async endAll(): Promise<void> {
    const user = this.user();
    const { heading, text, yes } = userTexts.endAllQuestion;
    await this.act({ heading: heading(user), text, yes, danger: true, run: () => this.actions.endSessions(user) });
    this.query.reload();
  }

  protected async end(session: string, device: string): Promise<void> {
    const { heading, text, yes } = userTexts.endQuestion;
    const run = () => this.actions.endSession(this.user(), session);
    await this.act({ heading: heading(this.user(), device), text, yes, danger: true, run });
    this.query.reload();
  }

  protected async changeRoles(): Promise<void> {
    const user = this.user();
    const data = { user, roles: this.found()?.user.roles ?? [] };
    const roles = await this.dialog<string[]>(async () => (await import('./roles-dialog.ts')).RolesDialog, { data });
    if (roles === undefined) return;
    const { heading, text, none, yes } = userTexts.rolesQuestion;
    await this.act({
      heading: heading(user),
      text: roles.length === 0 ? none : text(roles.join(', ')),
      yes,
      run: () => this.actions.changeUser(user, { roles }),
    });
    this.query.reload();
  }

  protected async createLink(): Promise<void> {
    const load = async () => (await import('./password-link-dialog.ts')).PasswordLinkDialog;
    await this.dialog(load, { data: this.user() });
  }
}
