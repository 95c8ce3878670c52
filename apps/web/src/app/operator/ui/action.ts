import { injectDialog } from '../../ui/dialog.ts';
import type { ActionOutcome } from '../data/actions.ts';

/** An action with its confirmation prompt. */
export interface OperatorAction {
  readonly heading: string;
  /** What the action changes, and what it does not. */
  readonly text: string;
  /** The label of the button that runs it. */
  readonly yes: string;
  /** Whether the action is destructive. */
  readonly danger?: boolean;
  readonly run: () => Promise<ActionOutcome>;
}

/** Asks for confirmation, runs an action and shows its proof. Resolves when the dialog is closed. Must be called in an injection context. */
export function injectAction(): (action: OperatorAction) => Promise<void> {
  const open = injectDialog();
  return async (action) => {
    await open(async () => (await import('./action-dialog.ts')).ActionDialog, { role: 'alertdialog', data: action });
  };
}
