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
import type { Session as DeviceSession } from '@usher/protocol';
import { problemCode, wordsFor } from '../session/http-words.ts';
import { Session } from '../session/session.ts';
import { devicesTexts } from '../texts/devices.ts';
import { Action } from '../ui/action.ts';
import { injectDialog } from '../ui/dialog.ts';
import { Icon } from '../ui/icon.ts';
import { injectNow } from '../ui/now.ts';
import { DeviceRow } from './device-row.ts';
import { Devices } from './devices.ts';
import { type Said, endingWords } from './ending.ts';
import { Outcome } from './outcome.ts';

/** Where this person is signed in: each device, and how to end it there, everywhere else or everywhere. */
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
    return error === undefined ? undefined : wordsFor(error);
  });
  protected readonly busy = signal(false);
  /** What came of the last thing that was done here. */
  protected readonly said = signal<Said | undefined>(undefined);
  protected readonly trouble = signal<string | undefined>(undefined);

  protected reload(): void {
    void this.devices.load();
  }

  protected async end({ id }: DeviceSession): Promise<void> {
    const place = this.sessions()?.findIndex((session) => session.id === id) ?? -1;
    await this.doing(async () => {
      this.said.set(await this.wordsOfEnd(id));
      await this.devices.load();
      this.keepFocus(place);
    });
  }

  protected async endOthers(): Promise<void> {
    await this.doing(async () => {
      this.said.set(endingWords(devicesTexts.othersEnded, await this.devices.endOthers()));
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
      this.session.endedEverywhere(complete ? 'everywhere' : 'everywhere_untold');
    });
  }

  private async wordsOfEnd(id: string): Promise<Said> {
    try {
      return endingWords(devicesTexts.ended, await this.devices.end(id));
    } catch (error) {
      if (problemCode(error) === 'not_found') return { words: devicesTexts.overAlready, complete: true };
      throw error;
    }
  }

  /** One thing at a time; what goes wrong is told in the place of what came of it. */
  private async doing(act: () => Promise<void>): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    // Taken away first: the same words once more are read out only if they are new.
    this.said.set(undefined);
    this.trouble.set(undefined);
    try {
      await act();
    } catch (error) {
      this.trouble.set(wordsFor(error));
    } finally {
      this.busy.set(false);
    }
  }

  /**
   * A button that goes away takes the focus with it, and the next Tab would begin at the top of the page. The row that stands in
   * the place now gets it, and not its button: a second Enter must not end another session.
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
