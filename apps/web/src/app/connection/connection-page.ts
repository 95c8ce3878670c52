import { Component, computed, effect, inject, signal, untracked } from '@angular/core';
import { injectUsher } from '@usher/angular';
import { connectionTexts } from '../texts/connection.ts';
import { Action } from '../ui/action.ts';
import { injectNow } from '../ui/environment.ts';
import { Icon, type IconName } from '../ui/icon.ts';
import { LoadFailure } from '../ui/load-failure.ts';
import { Page } from '../ui/page.ts';
import type * as ExplanationTable from '../explain/explanation.ts';
import { ExplanationCard } from '../explain/explanation-card.ts';
import { bannerText, stateText } from './banner-text.ts';
import { ConnectionLog } from './connection-log.ts';
import { type ConnectionStep, connectionSteps } from './connection-steps.ts';
import { clockOf, detailOf, elapsed, milliseconds, stepText } from './format.ts';
import { explainedReason } from './explained-reason.ts';
import { HandshakeProbe } from './handshake-probe.ts';
import { LeaseCard } from './lease-card.ts';
import { RoundTripCard } from './round-trip-card.ts';

type Trial = 'drop' | 'twice' | 'noTicket';

/** The connection's status, round trip, lease, latest attempt and event log, and three tests against the server. */
@Component({
  selector: 'app-connection-page',
  imports: [Action, ExplanationCard, Icon, Page, RoundTripCard, LeaseCard],
  templateUrl: './connection-page.html',
  styleUrl: './connection-page.scss',
})
export class ConnectionPage {
  private readonly usher = injectUsher();
  private readonly probe = inject(HandshakeProbe);
  private readonly log = inject(ConnectionLog);
  private readonly now = injectNow(250);

  protected readonly texts = connectionTexts;
  protected readonly icons: Readonly<Record<ConnectionStep['name'], IconName>> = {
    token: 'key',
    ticket: 'ticket',
    handshake: 'handshake',
    open: 'enter',
  };
  protected readonly state = this.usher.state;
  protected readonly stateText = computed(() => stateText(this.state()));
  protected readonly because = computed(() => {
    const text = bannerText(this.state(), this.now());
    const { name, since } = this.state();
    if (name === 'open') return connectionTexts.connectedFor(elapsed(this.now() - since));
    if (text === undefined) return '';
    return text.next === undefined ? text.what : `${text.what} ${text.next}`;
  });
  protected readonly progress = computed(() => connectionSteps(this.state(), this.log.steps()));
  /** Why there is no connection, for the explanation. */
  protected readonly reason = computed(() => explainedReason(this.state(), this.progress()));
  /** The table of explanations. It is loaded when an explanation is first needed. */
  private readonly table = signal<typeof ExplanationTable | undefined>(undefined);
  protected readonly explanation = computed(() => this.table()?.explanationOf(this.reason()));
  /** Operators look up this code to find out why the last attempt failed. */
  protected readonly receipt = computed(() => (this.state().name === 'open' ? undefined : this.state().receipt));
  protected readonly steps = computed(() =>
    this.log
      .steps()
      .toReversed()
      .map((step) => ({
        number: step.number,
        time: clockOf(step.at),
        what: stepText(step),
        detail: detailOf(step),
        bad: step.step === 'refused' || step.step === 'close',
      })),
  );

  protected readonly busy = signal<Trial | undefined>(undefined);
  protected readonly results = signal<Readonly<Record<Trial, readonly string[]>>>({
    drop: [],
    twice: [],
    noTicket: [],
  });

  constructor() {
    const failure = inject(LoadFailure);
    effect(() => {
      if (this.reason() === undefined || untracked(this.table) !== undefined) return;
      import('../explain/explanation.ts').then(
        (table) => {
          this.table.set(table);
        },
        (error: unknown) => failure.report(error),
      );
    });
  }

  protected stepTime(step: ConnectionStep): string {
    if (step.ms !== undefined) return milliseconds(step.ms);
    if (step.code !== undefined) return String(step.code);
    if (step.cause !== undefined) return connectionTexts.stepTimes[step.cause];
    if (step.name === 'token' && step.status === 'done') return connectionTexts.stepTimes.kept;
    return step.status === 'now' ? connectionTexts.stepTimes.now : connectionTexts.stepTimes.none;
  }

  protected drop(): void {
    const open = this.state().name === 'open';
    if (open) this.usher.socket.drop();
    this.show('drop', [open ? connectionTexts.dropped : connectionTexts.notOpen]);
  }

  protected async twice(): Promise<void> {
    await this.runTrial('twice', () => this.probe.reuseTicket());
  }

  protected async noTicket(): Promise<void> {
    await this.runTrial('noTicket', () => this.probe.withoutTicket());
  }

  private async runTrial(trial: Trial, attempt: () => Promise<readonly string[]>): Promise<void> {
    if (this.busy() !== undefined) return;
    this.busy.set(trial);
    this.show(trial, [connectionTexts.busy]);
    try {
      this.show(trial, await attempt());
    } finally {
      this.busy.set(undefined);
    }
  }

  private show(trial: Trial, lines: readonly string[]): void {
    this.results.update((results) => ({ ...results, [trial]: lines }));
  }
}
