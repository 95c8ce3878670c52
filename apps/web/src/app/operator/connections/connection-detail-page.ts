import { Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { RequestFailed } from '@usher/client';
import { connectionDetailTexts } from '../../texts/operator-connections.ts';
import { injectNow } from '../../ui/environment.ts';
import { OperatorActions } from '../data/actions.ts';
import { LiveQuery } from '../data/live-query.ts';
import { OperatorSocket } from '../data/operator-socket.ts';
import { ExplanationCard } from '../../explain/explanation-card.ts';
import { explanationOf, titleOf } from '../../explain/explanation.ts';
import { injectAction } from '../ui/action.ts';
import { BackLink } from '../ui/back-link.ts';
import { ConsolePage } from '../ui/console-page.ts';
import { type Fact, Facts } from '../ui/facts.ts';
import { agoOf, msOf, queueOf, stampOf } from '../ui/format.ts';
import { Placeholders } from '../ui/placeholders.ts';
import { Notes } from '../ui/notes.ts';
import { EmptyList } from '../ui/empty-list.ts';
import { Timeline } from '../ui/timeline.ts';

const everyMs = 3_000;

/** One connection: its client, its traffic, its events and its close. */
@Component({
  selector: 'app-connection-detail-page',
  imports: [BackLink, ConsolePage, ExplanationCard, Facts, Placeholders, Notes, RouterLink, EmptyList, Timeline],
  templateUrl: './connection-detail-page.html',
  styles: `
    :host {
      display: block;
    }
  `,
})
export class ConnectionDetailPage {
  /** From the URL. */
  readonly connection = input.required<string>();

  private readonly socket = inject(OperatorSocket);
  private readonly actions = inject(OperatorActions);
  private readonly act = injectAction();
  private readonly now = injectNow(1_000);
  protected readonly query = new LiveQuery(
    () => this.connection(),
    async (connection, signal) => {
      try {
        return await this.socket.request('connection', { connection }, { signal });
      } catch (error) {
        if (error instanceof RequestFailed && error.code === 'not_found') return 'none';
        throw error;
      }
    },
    everyMs,
  );

  protected readonly texts = connectionDetailTexts;
  protected readonly found = computed(() => {
    const value = this.query.value();
    return value === 'none' ? undefined : value;
  });
  protected readonly isUnknown = computed(() => this.query.value() === 'none');
  protected readonly heading = computed(() => {
    const found = this.found();
    return found === undefined ? connectionDetailTexts.heading : connectionDetailTexts.of(found.connection.user);
  });
  /** How it closed. */
  protected readonly close = computed(() => {
    const closed = this.found()?.connection.closed;
    if (closed === undefined) return undefined;
    const { server, client } = connectionDetailTexts.closedBy;
    return {
      title: closed.name === undefined ? String(closed.code) : `${titleOf(closed.name)} (${closed.code})`,
      by: closed.byServer ? server : client,
      at: stampOf(closed.at, this.now()),
      explanation: explanationOf(closed.name),
    };
  });
  protected readonly facts = computed<readonly Fact[]>(() => {
    const found = this.found();
    if (found === undefined) return [];
    const { facts, noOrigin, open, closed } = connectionDetailTexts;
    const { connection, joined } = found;
    const { id, receipt, user, session, node, protocol, address, origin, userAgent, openedAt, lease } = connection;
    return [
      { name: facts.user, value: user, link: ['/admin/users', user] },
      { name: facts.state, value: connection.closed === undefined ? open : closed },
      { name: facts.node, value: node },
      { name: facts.address, value: address },
      { name: facts.origin, value: origin ?? noOrigin },
      { name: facts.openedAt, value: `${stampOf(openedAt, this.now())} · ${agoOf(openedAt, this.now())}` },
      { name: facts.lease, value: stampOf(lease * 1_000, this.now()) },
      { name: facts.roundTrip, value: msOf(connection.roundTripMs) },
      { name: facts.queued, value: queueOf(connection.queuedBytes) },
      { name: facts.strikes, value: String(connection.rateLimited) },
      { name: facts.protocol, value: protocol },
      { name: facts.receipt, value: receipt, link: ['/admin/receipts'], query: { code: receipt } },
      { name: facts.id, value: id },
      { name: facts.session, value: session, link: ['/admin/connections'], query: { session } },
      { name: facts.rooms, value: joined.length === 0 ? undefined : joined.join(', ') },
      { name: facts.userAgent, value: userAgent, wide: true },
    ];
  });

  protected async endSession(): Promise<void> {
    const { user, session } = this.found()?.connection ?? {};
    if (user === undefined || session === undefined) return;
    const { heading, text, yes } = connectionDetailTexts.endQuestion;
    await this.act({
      heading: heading(user),
      text,
      yes,
      danger: true,
      run: () => this.actions.endSession(user, session),
    });
    this.query.reload();
  }

  protected async closeConnection(): Promise<void> {
    const id = this.connection();
    const user = this.found()?.connection.user ?? '';
    const { heading, text, yes } = connectionDetailTexts.closeQuestion;
    await this.act({
      heading,
      text: text(user),
      yes,
      danger: true,
      run: () => this.actions.closeConnection(id),
    });
    this.query.reload();
  }
}
