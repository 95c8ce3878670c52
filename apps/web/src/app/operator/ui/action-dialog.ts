import {
  Component,
  type ElementRef,
  Injector,
  afterNextRender,
  computed,
  inject,
  signal,
  viewChild,
} from '@angular/core';
import {
  MAT_DIALOG_DATA,
  MatDialogActions,
  MatDialogClose,
  MatDialogContent,
  MatDialogRef,
  MatDialogTitle,
} from '@angular/material/dialog';
import { errorText } from '../../session/http-errors.ts';
import { actionTexts } from '../../texts/operator.ts';
import { Icon } from '../../ui/icon.ts';
import type { ActionOutcome } from '../data/actions.ts';
import type { OperatorAction } from './action.ts';
import { msOf } from './format.ts';

/** Asks for confirmation, runs the action, and shows the proof of each node. */
@Component({
  selector: 'app-action-dialog',
  imports: [Icon, MatDialogActions, MatDialogClose, MatDialogContent, MatDialogTitle],
  templateUrl: './action-dialog.html',
  styleUrl: './action-dialog.scss',
})
export class ActionDialog {
  private readonly dialog = inject<MatDialogRef<ActionDialog>>(MatDialogRef);
  private readonly injector = inject(Injector);
  private readonly closeButton = viewChild<ElementRef<HTMLElement>>('close');

  protected readonly texts = actionTexts;
  protected readonly action = inject<OperatorAction>(MAT_DIALOG_DATA);
  protected readonly busy = signal(false);
  protected readonly outcome = signal<ActionOutcome | undefined>(undefined);
  protected readonly failure = signal<string | undefined>(undefined);
  protected readonly ms = msOf;
  /** The result of each node, as a table. */
  protected readonly evidence = computed(() => {
    const { proof, delivery } = this.outcome() ?? {};
    if (proof !== undefined) {
      const rows = proof.nodes.map(({ node, closed, ms }) => ({ node, count: closed, ms }));
      return { total: actionTexts.total(proof.closed), hint: actionTexts.proofHint, column: actionTexts.closed, rows };
    }
    if (delivery === undefined) return undefined;
    const rows = delivery.nodes.map(({ node, delivered, ms }) => ({ node, count: delivered, ms }));
    return {
      total: actionTexts.totalNotified(delivery.delivered),
      hint: actionTexts.notifiedHint,
      column: actionTexts.notified,
      rows,
    };
  });
  protected readonly incomplete = computed(() => {
    const outcome = this.outcome();
    if (outcome === undefined || outcome.complete) return undefined;
    return actionTexts.incomplete(outcome.missing.length === 0 ? actionTexts.aNode : outcome.missing.join(', '));
  });

  protected async run(): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    this.failure.set(undefined);
    // The dialog stays open until the outcome has been shown.
    this.dialog.disableClose = true;
    try {
      this.outcome.set(await this.action.run());
      afterNextRender(() => this.closeButton()?.nativeElement.focus(), { injector: this.injector });
    } catch (error) {
      this.failure.set(errorText(error));
    } finally {
      this.busy.set(false);
      this.dialog.disableClose = false;
    }
  }

  protected done(): void {
    this.dialog.close();
  }
}
