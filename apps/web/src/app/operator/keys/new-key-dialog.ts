import { Component, inject, signal } from '@angular/core';
import { MatDialogActions, MatDialogClose, MatDialogContent, MatDialogTitle } from '@angular/material/dialog';
import type { CreatedKey, Scope } from '@usher/operator-api';
import { errorText } from '../../session/http-errors.ts';
import { actionTexts } from '../../texts/operator.ts';
import { newKeyTexts } from '../../texts/operator-keys.ts';
import { Icon } from '../../ui/icon.ts';
import { OperatorActions } from '../data/actions.ts';
import { Secret } from '../ui/secret.ts';

const dayMs = 86_400_000;
const { lifetimes } = newKeyTexts;

/** Creates an API key and shows it once. */
@Component({
  selector: 'app-new-key-dialog',
  imports: [Icon, MatDialogActions, MatDialogClose, MatDialogContent, MatDialogTitle, Secret],
  templateUrl: './new-key-dialog.html',
  styleUrl: '../ui/form-dialog.scss',
})
export class NewKeyDialog {
  private readonly actions = inject(OperatorActions);

  protected readonly texts = newKeyTexts;
  protected readonly cancel = actionTexts.cancel;
  protected readonly lifetimes = [
    { days: 0, label: lifetimes.never },
    { days: 30, label: lifetimes.month },
    { days: 90, label: lifetimes.quarter },
    { days: 365, label: lifetimes.year },
  ];
  protected readonly scopes = { messages: 'messages:write', events: 'events:write' } as const satisfies Record<
    string,
    Scope
  >;
  protected readonly toNumber = Number;
  protected readonly busy = signal(false);
  protected readonly badName = signal(false);
  protected readonly badScopes = signal(false);
  protected readonly failure = signal<string | undefined>(undefined);
  protected readonly created = signal<CreatedKey | undefined>(undefined);

  /** @param days lifetime of the key; 0 for a key that does not expire */
  protected async submit(
    event: Event,
    typed: string,
    chosen: { readonly messages: boolean; readonly events: boolean },
    days: number,
  ): Promise<void> {
    event.preventDefault();
    if (this.busy()) return;
    const name = typed.trim();
    const scopes: Scope[] = [];
    if (chosen.messages) scopes.push(this.scopes.messages);
    if (chosen.events) scopes.push(this.scopes.events);
    this.badName.set(name === '' || name.length > 80);
    this.badScopes.set(scopes.length === 0);
    this.failure.set(undefined);
    if (this.badName() || this.badScopes()) return;
    this.busy.set(true);
    try {
      const expires = days === 0 ? {} : { expiresAt: Date.now() + days * dayMs };
      this.created.set(await this.actions.createKey({ name, scopes, ...expires }));
    } catch (error) {
      this.failure.set(errorText(error));
    } finally {
      this.busy.set(false);
    }
  }
}
