import {
  Component,
  DOCUMENT,
  type ElementRef,
  Injector,
  afterNextRender,
  computed,
  inject,
  signal,
  viewChild,
  viewChildren,
} from '@angular/core';
import type { Session as DeviceSession } from '@usher/chat-api';
import { problemCode, errorText } from '../session/http-errors.ts';
import { Session } from '../session/session.ts';
import { devicesTexts } from '../texts/settings.ts';
import { Action } from '../ui/action.ts';
import { injectDialog } from '../ui/dialog.ts';
import { Icon } from '../ui/icon.ts';
import { injectNow } from '../ui/environment.ts';
import { DeviceRow } from './device-row.ts';
import { Devices } from './devices.ts';
import { type RevocationText, revocationText } from './revocation.ts';
import { Outcome } from './outcome.ts';

/** The key of the outcome in the list. */
const outcomeKey = 'outcome';

/** A row of the list. */
interface Entry {
  readonly key: string;
  readonly session?: DeviceSession;
  readonly outcome?: RevocationText;
  readonly failure?: string;
}

/** The user's sessions, with the actions that end one, all others or all of them. */
@Component({
  selector: 'app-devices-card',
  imports: [Action, DeviceRow, Icon, Outcome],
  host: { class: 'card' },
  templateUrl: './devices-card.html',
  styleUrl: './devices-card.scss',
})
export class DevicesCard {
  private readonly devices = inject(Devices);
  private readonly session = inject(Session);
  private readonly openDialog = injectDialog();
  private readonly injector = inject(Injector);
  private readonly document = inject(DOCUMENT);
  private readonly heading = viewChild.required<ElementRef<HTMLElement>>('heading');
  private readonly rows = viewChildren(DeviceRow);

  protected readonly texts = devicesTexts;
  protected readonly now = injectNow(30_000);
  protected readonly sessions = this.devices.sessions;
  protected readonly alone = computed(() => this.sessions()?.every(({ current }) => current) ?? true);
  protected readonly failed = computed(() => {
    const error = this.devices.error();
    return error === undefined ? undefined : errorText(error);
  });
  protected readonly busy = signal(false);
  /** The outcome of the last action. */
  protected readonly outcome = signal<RevocationText | undefined>(undefined);
  protected readonly failure = signal<string | undefined>(undefined);
  /** The index of the session that was ended last; undefined if the action was about several sessions. */
  private readonly place = signal<number | undefined>(undefined);
  /** The sessions, with the outcome of the last action in the place of the ended session. */
  protected readonly entries = computed(() => {
    const entries: Entry[] = (this.sessions() ?? []).map((session) => ({ key: session.id, session }));
    const place = this.place();
    if (place === undefined) return entries;
    const outcome = this.outcome();
    const failure = this.failure();
    if (outcome !== undefined) entries.splice(place, 0, { key: outcomeKey, outcome });
    else if (failure !== undefined) entries.splice(place + 1, 0, { key: outcomeKey, failure });
    return entries;
  });
  protected readonly inList = computed(() => this.place() !== undefined);

  protected reload(): void {
    void this.devices.load();
  }

  protected async end({ id }: DeviceSession): Promise<void> {
    const place = this.sessions()?.findIndex((session) => session.id === id) ?? -1;
    await this.doing(async () => {
      const outcome = await this.endSession(id);
      await this.devices.load();
      // Set together with the new list, so that the confirmation replaces the row.
      this.outcome.set(outcome);
      this.keepFocus(place);
    }, place);
  }

  protected async endOthers(): Promise<void> {
    await this.doing(async () => {
      this.outcome.set(revocationText(devicesTexts.othersEnded, await this.devices.endOthers()));
      await this.devices.load();
      this.keepFocus();
    });
  }

  protected async endEverywhere(): Promise<void> {
    const load = async () => (await import('../ui/confirm-dialog.ts')).ConfirmDialog;
    const sure = await this.openDialog<boolean>(load, { role: 'alertdialog', data: devicesTexts.everywhereQuestion });
    if (sure !== true) return;
    await this.doing(async () => {
      const { complete } = await this.devices.endAll();
      this.session.endedEverywhere(complete ? 'everywhere' : 'everywhere_unconfirmed');
    });
  }

  private async endSession(id: string): Promise<RevocationText> {
    try {
      return revocationText(devicesTexts.ended, await this.devices.end(id));
    } catch (error) {
      if (problemCode(error) === 'not_found') return { text: devicesTexts.overAlready, complete: true };
      throw error;
    }
  }

  /** Runs one action at a time. Shows an error in the place of its outcome. */
  private async doing(act: () => Promise<void>, place?: number): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    // Cleared first, because screen readers announce only changes.
    this.outcome.set(undefined);
    this.failure.set(undefined);
    this.place.set(place);
    try {
      await act();
    } catch (error) {
      this.failure.set(errorText(error));
    } finally {
      this.busy.set(false);
    }
  }

  /**
   * A button that is removed loses the focus, and the next Tab would start at the top of the page. The next row receives the focus, but
   * not its button, so that a second Enter does not end another session.
   */
  private keepFocus(place = -1): void {
    const keep = (): void => {
      if (this.document.activeElement !== this.document.body) return;
      const row = this.rows()[place];
      if (row === undefined) this.heading().nativeElement.focus();
      else row.focus();
    };
    afterNextRender(keep, { injector: this.injector });
  }
}
